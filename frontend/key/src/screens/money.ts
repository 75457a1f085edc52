/** What is signed when money moves (spec §6.10): amount and payee, large and whole, before anything can be pressed. */
import type { Details } from "../app/approval";
import type { Money } from "../app/money";
import { t } from "../texts";
import { h } from "../ui/dom";
import { heading } from "../ui/parts";
import { askTitle } from "./facts";

export function moneyHead(details: Details, money: Money): HTMLElement {
  return h("div", { class: "stack" }, heading(askTitle(details), t("money.lead")), moneyPanel(money));
}

/** A name is a stranger's text: it stands in an element of its own, in the direction it has. */
export function moneyPanel(money: Money): HTMLElement {
  const line = (label: string, value: HTMLElement): HTMLElement => h("div", {}, h("dt", {}, label), h("dd", {}, value));
  return h(
    "dl",
    { class: "money", "aria-label": t("money.label") },
    line(t("money.amount"), h("b", { class: "money__amount num" }, amountOf(money))),
    line(t("money.payee"), h("bdi", { class: "money__payee" }, money.payeeName)),
    line(t("money.account"), h("bdi", { class: "num" }, money.payeeAccount)),
  );
}

export function amountOf(money: Money): string {
  return `${money.currency} ${money.amount}`;
}
