const PATHS = {
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  invert: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M8 2v12M8 5h4.5M8 8h6M8 11h4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  chevronLeft: 'M10 3L5 8l5 5',
  chevronRight: 'M6 3l5 5-5 5',
  chevronDown: 'M3 6l5 5 5-5',
  chevronUp: 'M3 10l5-5 5 5',
  clock: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 4.5V8l2.5 2',
  play: 'M4.5 3v10l8-5z',
  stop: 'M4 4h8v8H4z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.5 10.5L14 14',
  download: 'M8 2v8M4.5 7L8 10.5L11.5 7M2.5 13.5h11',
  copy: 'M6 5.5V2.5h7.5v7.5H10.5M2.5 6H10v7.5H2.5z',
  link: 'M6.5 9.5l3-3M7 5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11l-2 2a2.8 2.8 0 0 1-4-4l2-2',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  fields: 'M3 4h10M3 8h7M3 12h4',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  zoomOut: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.5 10.5L14 14M5 7h4',
  table: 'M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11M7 6.5V13',
  bars: 'M3 13V8M6.3 13V4M9.7 13V6.5M13 13V9.5',
  hide: 'M2 8s2.2-4 6-4s6 4 6 4s-2.2 4-6 4s-6-4-6-4M3 13L13 3',
  show: 'M2 8s2.2-4 6-4s6 4 6 4s-2.2 4-6 4s-6-4-6-4M8 6.3a1.7 1.7 0 1 0 0 3.4a1.7 1.7 0 1 0 0-3.4',
  sun: 'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7z',
  screen: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  help: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M6 6.3a2 2 0 1 1 3 1.8c-.7.4-1 .7-1 1.3M8 11.5v.01',
  warning: 'M8 2L14.5 13.5h-13zM8 6.5v3M8 11.5v.01',
  more: 'M3.5 8v.01M8 8v.01M12.5 8v.01',
} as const

export type IconName = keyof typeof PATHS

/** Draw a 16 px line icon. It is decoration: the control around it has the name. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
