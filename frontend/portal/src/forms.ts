/** Small helps for forms: show a password, tell of Caps Lock, send once, and read the refusal first. */

export function revealPasswords(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-reveal]")) {
    const field = document.getElementById(button.dataset["reveal"] ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    const show = button.textContent ?? "";
    const set = (shown: boolean): void => {
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? (button.dataset["hide"] ?? show) : show;
    };
    button.hidden = false;
    button.addEventListener("click", () => set(field.type === "password"));
    // Browsers offer to remember, and autofill treats, a text field differently: send it as what it is.
    field.form?.addEventListener("submit", () => set(false));
  }
}

export function hintCapsLock(root: ParentNode): void {
  for (const hint of root.querySelectorAll<HTMLElement>("[data-caps]")) {
    const field = document.getElementById(hint.dataset["caps"] ?? "");
    if (!field) continue;
    const look = (event: Event): void => {
      const on = event instanceof KeyboardEvent && event.getModifierState("CapsLock");
      if (hint.hidden === on) hint.hidden = !on;
    };
    field.addEventListener("keydown", look);
    field.addEventListener("keyup", look);
    field.addEventListener("blur", () => {
      hint.hidden = true;
    });
  }
}

/** A form marked so is sent once: a second press while the answer is under way would count as a second try. */
export function guardRepeats(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset["sent"]) event.preventDefault();
      form.dataset["sent"] = "1";
    });
    addEventListener("pageshow", () => {
      delete form.dataset["sent"];
    });
  }
}

export function focusNotice(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}
