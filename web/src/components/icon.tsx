// SPDX-License-Identifier: Apache-2.0

/** Strokes on a grid of 24; each drawn for this console. */
const shapes = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
  mailboxes:
    "M3 7.5 12 13l9-5.5M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5Z",
  activity: "M3 12h4l3-7 4 14 3-7h4",
  audit: "M8 4h8l3 3v13H5V4zM9 11h6M9 15h6",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4",
  certificate: "M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.500-7-10V6zM9 12l2.200 2.200L15.500 10",
  administrators:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM3 20c0-3.300 2.700-6 6-6s6 2.700 6 6M16 4.500a3.500 3.500 0 0 1 0 6M17.500 14.500c2.100.8 3.500 2.900 3.500 5.500",
  account: "M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20.500c0-4 3.400-6.500 7.500-6.500s7.500 2.500 7.500 6.500",
  page: "M7 3h7l4 4v14H7zM14 3v4h4",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  check: "M5 12.500l4.500 4.500L19 7.500",
  warning: "M12 4 2.800 20h18.400zM12 10v4.500M12 17.300v.2",
  error: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.500v5.500M12 16.300v.2",
  note: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.500M12 7.700v.2",
  plus: "M12 5v14M5 12h14",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 20 20",
  download: "M12 4v11M7.500 11 12 15.500l4.500-4.500M5 20h14",
  "sign-out": "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  up: "M12 19V5M6.500 10.500 12 5l5.500 5.500",
  down: "M12 5v14M6.500 13.500 12 19l5.500-5.500",
  back: "M15 5l-7 7 7 7",
  key: "M8 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM11.500 12H21M18 12v3.500",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.500v15l12-7.500z",
  trash: "M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13",
  refresh: "M20 12a8 8 0 1 1-2.500-5.800M20 3v4.500h-4.500",
  send: "M4 11.500 20 4l-5 16-4-6.500z",
  print: "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
} as const;

export type IconName = keyof typeof shapes;

export function isIconName(text: string): text is IconName {
  return Object.hasOwn(shapes, text);
}

/** Never the only bearer of a meaning: beside it stands a text, or the button has a label. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}
