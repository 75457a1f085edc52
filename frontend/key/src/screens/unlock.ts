/** The security element (B02): the PIN, or the fingerprint where it is set up. */
import { byBiometric } from "../app/biometric";
import { byPin, type Opening } from "../app/unlock";
import { pinFault } from "../core/pin";
import { t } from "../texts";
import { icon } from "../ui/icons";
import { button, explained, pinField, type Field } from "../ui/parts";
import type { Context } from "./context";
import { bio } from "./words";

export function pinWords(fault: "length" | "characters", six = false): Node[] {
  const what = fault === "length" && six ? t("pin.length.six") : t(`pin.${fault}.what`);
  return explained(what, t(`pin.${fault}.rest`));
}

export function ownPin(hint?: string): Field {
  return pinField(t("pin.yours"), "current-password", hint);
}

/** The PIN typed, or null with the reason under the field, which is in focus then. */
export function typedPin(field: Field): string | null {
  const typed = field.input.value;
  const fault = pinFault(typed);
  field.error(fault ? (typed ? pinWords(fault) : explained(t("pin.empty.what"), t("pin.empty.rest"))) : null);
  if (fault) field.input.focus();
  return fault ? null : typed;
}

/** A from the PIN typed, or null with the reason under the field. */
export async function fromField(ctx: Context, field: Field): Promise<Opening | null> {
  const typed = typedPin(field);
  return typed === null ? null : byPin(ctx.app, typed);
}

/** The second way, shown only where the slot exists. Calls back with A, or with null after a word that it did not work. */
export function biometricButton(
  ctx: Context,
  use: (opening: Opening) => void,
  instead: () => void,
): HTMLButtonElement | null {
  if (!ctx.app.slot) return null;
  const pressed = async (): Promise<void> => {
    const opening = await byBiometric(ctx.app);
    if (opening) use(opening);
    else instead();
  };
  return button("quiet", [icon("finger", true), t("unlock.bio", { bio: bio(ctx) })], () => void pressed(), {
    kind: "btn--wide btn--s",
  });
}
