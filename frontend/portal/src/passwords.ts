/** While a new password is typed: the rules that a browser can see are ticked, and its strength is named. Nothing leaves the page. */

type Strength = (password: string, own: string[]) => { score: number; common: boolean };

const PAUSE = 250;

/** Which of the rules `length`, `classes` hold. The server judges them all; this only tells early. */
export function holds(rule: string, password: string, least: number): boolean {
  const text = password.normalize("NFC");
  if (rule === "length") return [...text].length >= least;
  if (rule === "classes") return [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[^\p{L}\p{N}\s]/u].every((kind) => kind.test(text));
  return false;
}

export function tellStrength(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-rules]")) {
    const field = document.getElementById(box.dataset["rules"] ?? "");
    if (field instanceof HTMLInputElement) follow(box, field);
  }
}

function follow(box: HTMLElement, field: HTMLInputElement): void {
  const told = box.querySelector<HTMLElement>("[data-strength]");
  const words = told?.dataset["words"]?.split("|") ?? [];
  const own = (box.dataset["own"] ?? "").split(" ").filter((word) => word.length > 2);
  let judge: Strength | null = null;
  let timer = 0;
  const address = box.dataset["module"];
  const load = async (): Promise<void> => {
    if (!address) return;
    try {
      const module: { strength: Strength } = await import(/* @vite-ignore */ address);
      judge = module.strength;
      look();
    } catch {
      // Without it the rules still stand there, and the server judges.
    }
  };
  const look = (): void => {
    const typed = field.value;
    tick(box, "length", typed);
    tick(box, "classes", typed);
    if (!judge || !told) return;
    const found = typed ? judge(typed, own) : null;
    mark(box, "common", !!found && !found.common);
    told.hidden = !found;
    const word = found ? (words[found.score] ?? "") : "";
    const said = (told.dataset["strength"] ?? "").replace("{word}", word);
    if (told.textContent !== said) told.textContent = said;
  };
  field.addEventListener("focus", () => void load(), { once: true });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(look, PAUSE);
  });
}

function tick(box: HTMLElement, rule: string, typed: string): void {
  const line = box.querySelector<HTMLElement>(`[data-rule="${rule}"]`);
  if (line) mark(box, rule, holds(rule, typed, Number(line.dataset["least"] ?? 0)));
}

/** A rule that is kept gets a tick, and for those who hear the page a word. */
function mark(box: HTMLElement, rule: string, kept: boolean): void {
  const line = box.querySelector<HTMLElement>(`[data-rule="${rule}"]`);
  if (!line || line.classList.contains("is-met") === kept) return;
  line.classList.toggle("is-met", kept);
  line.querySelector(".away")?.remove();
  if (!kept) return;
  const word = document.createElement("span");
  word.className = "away";
  word.textContent = ` (${box.querySelector<HTMLElement>("[data-met]")?.dataset["met"] ?? ""})`;
  line.append(word);
}
