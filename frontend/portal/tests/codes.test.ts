import { describe, expect, it } from "vitest";
import { caretAfter, digitsOf, grouped } from "../src/codes";
import { filled } from "../src/time";

describe("code fields", () => {
  it("takes digits of any width, spaces and hyphens", () => {
    expect(digitsOf("４８2-９1 5", 6)).toBe("482915");
    expect(digitsOf("482915000", 6)).toBe("482915");
    expect(digitsOf("48a2", 6)).toBe("482");
  });

  it("groups 6 as 3+3, 8 as 4+4, 10 as 3+3+4, and adds nothing at the end", () => {
    expect(grouped("482915", 6)).toBe("482 915");
    expect(grouped("482", 6)).toBe("482");
    expect(grouped("4829", 6)).toBe("482 9");
    expect(grouped("50937718", 8)).toBe("5093 7718");
    expect(grouped("1483029176", 10)).toBe("148 302 9176");
  });

  it("keeps the caret behind the digit it stood behind", () => {
    expect(caretAfter("482 915", 0)).toBe(0);
    expect(caretAfter("482 915", 3)).toBe(3);
    expect(caretAfter("482 915", 4)).toBe(5);
    expect(caretAfter("482 915", 6)).toBe(7);
  });
});

describe("patterns", () => {
  it("fills what it knows and leaves the rest", () => {
    expect(filled("{minutes} min {seconds} s", { minutes: 2, seconds: 4 })).toBe("2 min 4 s");
    expect(filled("{left}", {})).toBe("{left}");
  });
});
