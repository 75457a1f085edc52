/** Line icons on a 24 × 24 grid, and the mark. */

const circle = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

const PATHS = {
  back: "M14.5 6l-6 6 6 6",
  bell: "M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 2h-15zM10 21h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: `${circle(12, 12, 9)}M12 7v5.5l3.5 2`,
  code: "M5 6.5h14a2.5 2.5 0 0 1 2.5 2.5v6a2.5 2.5 0 0 1-2.5 2.5H5A2.5 2.5 0 0 1 2.5 15V9A2.5 2.5 0 0 1 5 6.5zM7 12v.01M12 12v.01M17 12v.01",
  copy: "M10.5 8.5H18a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7.5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zM15.5 8.5V6A2 2 0 0 0 13.5 4H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2.5",
  finger:
    "M6 10.5a6 6 0 0 1 12 0c0 3-.3 5.5-1 8M9 11a3 3 0 0 1 6 0c0 4-.5 7-1.5 9.5M12 11c0 4-.7 7-2 9.5M6 14c0 1.6-.2 3-.6 4.2",
  flip: "M4 12a8 8 0 0 1 13.5-5.8L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.5 5.8L4 15.5M4 20v-4.5h4.5",
  globe: `${circle(12, 12, 9)}M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9z`,
  info: `${circle(12, 12, 9)}M12 11v5.5M12 7.8v.01`,
  install: "M12 4v10.5M7.5 10.5L12 15l4.5-4.5M5 19.5h14",
  mail: "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3.5 7l8.5 6.5L20.5 7",
  more: "M4 7h16M4 12h16M4 17h10",
  offline:
    "M3 9.5C5 7.6 7.3 6.4 10 6M14.5 6.1c2.5.5 4.7 1.7 6.5 3.4M6.5 13c1.2-1.1 2.6-1.9 4.1-2.2M15 11.4c.9.4 1.7.9 2.5 1.6M12 17.5v.01M4 3l16 18",
  okc: `${circle(12, 12, 9)}M8 12.3l2.8 2.8L16 9.5`,
  passkey: `${circle(8, 9, 4.5)}M12 11l8.5 8.5M17 16l2.5-2.5M14.5 13.5L17 11`,
  phone: "M8 2.5h8a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zM11 18.5h2",
  pin: `M12 21.5c4.5-5 7-8.4 7-11.7a7 7 0 1 0-14 0c0 3.3 2.5 6.7 7 11.7z${circle(12, 9.8, 2.5)}`,
  plus: "M12 5v14M5 12h14",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v2.5M17 20h3M14 20v0",
  reply:
    "M4 5h11a2 2 0 0 1 2 2v3M4 5v8a2 2 0 0 0 2 2h2M11 13.5h7.5A1.5 1.5 0 0 1 20 15v5l-2.6-2H11a1 1 0 0 1-1-1v-2.5a1 1 0 0 1 1-1z",
  right: "M9.5 6l6 6-6 6",
  ring: circle(12, 12, 8),
  scan: "M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M4 12h16",
  screen: "M5 4h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM9 20.5h6M12 16.5v4",
  search: `${circle(10.5, 10.5, 6.5)}M15.5 15.5L21 21`,
  server:
    "M5 4h14a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM5 13h14a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1zM7.5 7.5v.01M7.5 16.5v.01",
  sms: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5H10l-5 4v-4h-.5A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5zM8 11v.01M12 11v.01M16 11v.01",
  stop: `${circle(12, 12, 9)}M12 7.5v5.5M12 16.2v.01`,
  tool: "M14.5 6.5a4 4 0 0 1 5-1.5l-2.5 2.5 1.5 1.5L21 6.5a4 4 0 0 1-5.5 4.8L8 19a2 2 0 0 1-3-3l7.7-7.5a4 4 0 0 1 1.8-2z",
  user: `${circle(12, 8.5, 4)}M4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6`,
  warn: "M12 4l9 16H3zM12 10v4.5M12 17.3v.01",
  window: "M5 4.5h14a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2zM3 9h18M6.5 6.8v.01M9 6.8v.01",
  x: "M6 6l12 12M18 6L6 18",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

function svg(box: string, kind: string, paths: { d: string; kind?: string }[]): SVGSVGElement {
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("viewBox", box);
  if (kind) root.setAttribute("class", kind);
  root.setAttribute("aria-hidden", "true");
  root.setAttribute("focusable", "false");
  for (const { d, kind: own } of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    if (own) path.setAttribute("class", own);
    root.appendChild(path);
  }
  return root;
}

export function icon(name: IconName, small = false): SVGSVGElement {
  return svg("0 0 24 24", small ? "icon icon--s" : "icon", [{ d: PATHS[name] }]);
}

export function mark(): SVGSVGElement {
  return svg("0 0 32 32", "mark", [
    { d: "M0 9.5V8a8 8 0 0 1 8-8h16a8 8 0 0 1 8 8v1.5l-9 12-7-9-7 9z", kind: "a" },
    { d: "M0 13.5l9 12 7-9 7 9 9-12V24a8 8 0 0 1-8 8H8a8 8 0 0 1-8-8z", kind: "b" },
  ]);
}

export function seam(): SVGSVGElement {
  return svg("0 0 32 9", "", [{ d: "M0 .5l9 8 7-5.5 7 5.5 9-8" }]);
}
