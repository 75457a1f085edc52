/** A QR code as one SVG path. Loaded when one is shown: only a transfer needs it. */
import encodeQR from "qr";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

export function drawQr(text: string, label: string): SVGSVGElement {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const size = rows.length;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("viewBox", `0 0 ${size} ${size}`);
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", label);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  root.appendChild(drawn);
  return root;
}
