/** Activation by Session ID (G02): the username it was made for, and eight characters. */
import type { Activation } from "../app/activation";
import { readSessionId, showSessionId } from "../core/links";
import { t } from "../texts";
import { h } from "../ui/dom";
import { button, explained, field, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { choosePin } from "./pin";
import { work } from "./problem";

/** Typed values by activation, so that Back loses nothing. */
const typed = new WeakMap<Activation, { username: string; id: string }>();

export function sessionId(ctx: Context, activation: Activation): void {
  const kept = typed.get(activation) ?? { username: "", id: "" };
  typed.set(activation, kept);
  const place = h("div", {});
  const name = field({
    label: t("field.username"),
    input: h("input", {
      class: "input",
      autocomplete: "username",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      value: kept.username,
    }),
  });
  const code = field({
    label: t("field.session"),
    hint: t("field.session.hint"),
    input: h("input", {
      class: "input input--pin",
      autocomplete: "off",
      autocapitalize: "characters",
      autocorrect: "off",
      spellcheck: "false",
      maxlength: 16,
      value: kept.id,
    }),
  });
  name.input.addEventListener("input", () => (kept.username = name.input.value));
  code.input.addEventListener("input", () => (kept.id = code.input.value));
  const next = button("solid", t("next"), null, { form: "session" });
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const username = kept.username.trim();
    const read = readSessionId(kept.id);
    name.error(username ? null : explained(t("username.empty.what"), t("username.empty.rest")));
    code.error(read.fault ? explained(t(`session.${read.fault}.what`), t(`session.${read.fault}.rest`)) : null);
    if (!username || read.fault !== null) return (username ? code : name).input.focus();
    code.input.value = kept.id = showSessionId(read.id);
    const caught = (error: unknown): boolean => activationRefused(ctx, error);
    if (
      await work(ctx, { button: next, saying: t("busy.check"), place, caught }, () =>
        activation.session(username, read.id),
      )
    ) {
      ctx.nav.go(() => choosePin(ctx, activation));
    }
  };
  ctx.show({
    title: t("session.title"),
    step: t("step", { n: 1, of: 2 }),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("session.title"), t("session.lead")),
      place,
      h(
        "form",
        { id: "session", class: "stack stack--5", novalidate: true, onsubmit: (event) => void send(event) },
        name.root,
        code.root,
      ),
    ],
    foot: [next],
  });
}
