/** Where the activation SMS goes: a number on file, or another one after a proof (F03, F04, H01). */
import type { Activation, Contact, Sent, Target } from "../app/activation";
import { Refused } from "../net/refusal";
import { language, t, type TextKey } from "../texts";
import { h } from "../ui/dom";
import { button, explained, field, heading, tag, type Field } from "../ui/parts";
import { iconButton } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { refusedAs, work } from "./problem";
import { proofCode, smsCode } from "./sentcode";

type Chosen = { contact: string; country: string; national: string };
const choices = new WeakMap<Activation, Chosen>();
const ADD = "";

/** Names of regions in the language of the app; the two letters where the browser has no names. */
export function regionNames(): (region: string) => string {
  try {
    const names = new Intl.DisplayNames([language()], { type: "region" });
    return (region) => names.of(region) ?? region;
  } catch {
    return (region) => region;
  }
}

/** Italy and its neighbours keep the zero; everywhere else a first zero is the trunk prefix. */
const ZERO_KEPT = ["IT", "SM", "VA"];

export type NumberFault = "empty" | "characters" | "plus" | "trunk" | "one" | "length";

/** Why a national number cannot be right as it stands (F04); null where only the server can tell more. */
export function numberFault(country: { region: string; code: string }, national: string): NumberFault | null {
  const typed = national.normalize("NFKC").trim();
  if (!typed) return "empty";
  if (typed.startsWith("+")) return "plus";
  if (!/^[0-9]+$/.test(typed)) return "characters";
  if (typed.startsWith("0") && !ZERO_KEPT.includes(country.region)) return "trunk";
  if (country.code === "1" && typed.length === 11 && typed.startsWith("1")) return "one";
  return typed.length < 4 || typed.length > 14 ? "length" : null;
}

function radio(contact: { id: string; label: Node[] }, chosen: Chosen, changed: () => void): HTMLElement {
  const input = h("input", {
    type: "radio",
    name: "contact",
    value: contact.id,
    onchange: () => ((chosen.contact = contact.id), changed()),
  });
  input.checked = chosen.contact === contact.id;
  return h("label", { class: "pick" }, input, h("span", {}, contact.label));
}

export function contactLabel(contact: Contact): Node[] {
  const nodes: Node[] = [h("span", { class: "num" }, contact.masked)];
  if (contact.default) nodes.push(document.createTextNode(" "), tag("accent", "check", t("number.default")));
  return nodes;
}

/** The region of the browser's languages, else Japan for Japanese, else the first in the list: always open to another choice. */
function likelyCountry(regions: string[]): string {
  const told = (navigator.languages ?? []).map((tag) => /-([A-Z]{2})\b/.exec(tag)?.[1] ?? "");
  return [...told, language() === "ja" ? "JP" : ""].find((region) => regions.includes(region)) ?? regions[0] ?? "";
}

type Form = { root: HTMLElement; national: Field; fault: () => NumberFault | null };

function newNumber(ctx: Context, chosen: Chosen): Form {
  const name = regionNames();
  const countries = [...(ctx.app.config?.countries ?? [])].sort((a, b) =>
    name(a.region).localeCompare(name(b.region), language()),
  );
  const select = h(
    "select",
    { class: "input", id: "country", autocomplete: "tel-country-code" },
    countries.map((one) => h("option", { value: one.region }, `${name(one.region)} +${one.code}`)),
  );
  if (!chosen.country) chosen.country = likelyCountry(countries.map((one) => one.region));
  select.value = chosen.country;
  select.addEventListener("change", () => (chosen.country = select.value));
  const national = field({
    label: t("field.number"),
    hint: t("field.number.hint"),
    input: h("input", {
      class: "input num",
      type: "tel",
      inputmode: "numeric",
      autocomplete: "tel-national",
      maxlength: 24,
      value: chosen.national,
    }),
  });
  national.input.addEventListener("input", () => (chosen.national = national.input.value));
  return {
    root: h(
      "div",
      { class: "stack pick__more" },
      h("div", { class: "field" }, h("label", { for: "country" }, t("field.country")), select),
      national.root,
    ),
    national,
    fault: () => {
      const country = countries.find((one) => one.region === chosen.country);
      return country ? numberFault(country, chosen.national) : "empty";
    },
  };
}

export function numbers(ctx: Context, activation: Activation): void {
  const listed = activation.contacts.filter((contact) => contact.kind === "sms");
  const first = listed.find((contact) => contact.default) ?? listed[0];
  const chosen = choices.get(activation) ?? { contact: first?.id ?? ADD, country: "", national: "" };
  choices.set(activation, chosen);
  const place = h("div", {});
  const form = newNumber(ctx, chosen);
  const changed = (): void => {
    form.root.hidden = chosen.contact !== ADD;
  };
  const next = button("solid", t("number.send"), null, { form: "numbers" });

  const caught = (error: unknown): boolean => {
    if (chosen.contact === ADD && refusedAs(error, "proofFirst")) {
      ctx.nav.go(() => prove(ctx, activation, targetOf(chosen)));
      return true;
    }
    if (chosen.contact === ADD && error instanceof Refused && [3111, 3112].includes(error.refusal.number)) {
      const { what, why, do: todo } = error.refusal;
      form.national.error(explained(what, why, todo));
      form.national.input.focus();
      return true;
    }
    return activationRefused(ctx, error);
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fault = chosen.contact === ADD ? form.fault() : null;
    form.national.error(
      fault ? explained(t(`number.${fault}.what` as TextKey), t(`number.${fault}.rest` as TextKey)) : null,
    );
    if (fault) return form.national.input.focus();
    const sent = await work(ctx, { button: next, saying: t("busy.send"), place, caught }, () =>
      activation.send(targetOf(chosen)),
    );
    if (sent) ctx.nav.go(() => smsCode(ctx, activation, targetOf(chosen), sent.value));
  };
  ctx.show({
    title: t("number.title"),
    step: t("step", { n: 2, of: 4 }),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("number.title"), t(listed.length ? "number.lead" : "number.lead.none")),
      place,
      h(
        "form",
        { id: "numbers", novalidate: true, onsubmit: (event) => void send(event) },
        h(
          "fieldset",
          { class: "picks" },
          h("legend", { class: "away" }, t("number.legend")),
          listed.map((contact) => radio({ id: contact.id, label: contactLabel(contact) }, chosen, changed)),
          radio({ id: ADD, label: [document.createTextNode(t("number.add"))] }, chosen, changed),
        ),
        form.root,
      ),
    ],
    foot: [next],
  });
  changed();
}

function targetOf(chosen: Chosen): Target {
  if (chosen.contact !== ADD) return { contact: chosen.contact };
  return { number: { country: chosen.country, national: chosen.national.normalize("NFKC").trim() } };
}

/** Before a new number counts: a code to a contact that was on file already. */
function prove(ctx: Context, activation: Activation, target: Target): void {
  const chosen: Chosen = {
    contact: (activation.contacts.find((one) => one.default) ?? activation.contacts[0])?.id ?? "",
    country: "",
    national: "",
  };
  const place = h("div", {});
  const next = button("solid", t("proof.send"), null, { form: "proof" });
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const caught = (error: unknown): boolean => activationRefused(ctx, error);
    const sent = await work<Sent>(ctx, { button: next, saying: t("busy.send"), place, caught }, () =>
      activation.sendProof(chosen.contact),
    );
    if (sent) ctx.nav.replace(() => proofCode(ctx, activation, chosen.contact, target, sent.value));
  };
  ctx.show({
    title: t("proof.title"),
    step: t("step", { n: 2, of: 4 }),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("proof.title"), t("proof.lead")),
      place,
      h(
        "form",
        { id: "proof", onsubmit: (event) => void send(event) },
        h(
          "fieldset",
          { class: "picks" },
          h("legend", { class: "away" }, t("proof.legend")),
          activation.contacts.map((contact) =>
            radio({ id: contact.id, label: contactLabel(contact) }, chosen, () => undefined),
          ),
        ),
      ),
    ],
    foot: [next],
  });
}
