import { describe, expect, it } from "vitest";
import { grouped, regroup } from "../src/ui/codefield";

describe("grouping", () => {
  it("6 = 3+3, 8 = 4+4, 10 = 3+3+4", () => {
    expect(grouped("482915", 6)).toBe("482 915");
    expect(grouped("48219037", 8)).toBe("4821 9037");
    expect(grouped("1483029176", 10)).toBe("148 302 9176");
    expect(grouped("1483", 10)).toBe("148 3");
    expect(grouped("", 6)).toBe("");
  });
});

describe("typing", () => {
  it("adds gaps and keeps the caret behind the last digit", () => {
    expect(regroup("4829", 4, 6)).toEqual({ value: "482 9", caret: 5 });
  });

  it("keeps the caret in the middle", () => {
    expect(regroup("4892 915", 3, 6)).toEqual({ value: "489 291", caret: 3 });
    expect(regroup("42 915", 1, 6)).toEqual({ value: "429 15", caret: 1 });
  });

  it("takes paste with spaces, hyphens, full-width digits and words around", () => {
    expect(regroup("482-915", 7, 6).value).toBe("482 915");
    expect(regroup("４８２ ９１５", 7, 6).value).toBe("482 915");
    expect(regroup("Code: 482915", 12, 6).value).toBe("482 915");
  });

  it("cuts what is too long", () => {
    expect(regroup("4829157", 7, 6).value).toBe("482 915");
  });
});
