/** The drawings on buttons and beside words: one path each, drawn in the colour of the text around it. */
import { html, svg, type TemplateResult } from 'lit';

const icon = (path: string): TemplateResult => html`
  <svg viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${path} />`}</svg>
`;

export const ICONS = {
  send: icon('M12 19V5m-6 6 6-6 6 6'),
  down: icon('M12 5v14m-6-6 6 6 6-6'),
  more: icon('m7 10 5 5 5-5'),
  edit: icon('m5 19 1-4L16 5l3 3L9 18z'),
  talk: icon('M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z'),
  clock: icon('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 4v4l3 2'),
  attach: icon(
    'm20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4L14.5 7.3',
  ),
  upload: icon('M12 15V4m-4.5 4L12 3.5 16.5 8M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3'),
  save: icon('M12 4v11m-4.5-4 4.5 4.5 4.5-4.5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3'),
  close: icon('M6 6l12 12M18 6 6 18'),
  done: icon('m5 12.5 4.5 4.5L19 7.5'),
  warn: icon('M12 8v5m0 3v.01M12 3.5 2.5 20h19z'),
  copy: icon('M9 9h11v11H9zM5 15V5a1 1 0 0 1 1-1h9'),
  invite: icon('M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7 8a7 7 0 0 1 13-3.5M19 10v6m-3-3h6'),
  door: icon('M6 20V5a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v15M3 20h18m-6-8v.01'),
  file: icon('M13 3H6v18h12V8zm0 0v5h5'),
  mic: icon('M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0m-6 6v4'),
  micOff: icon(
    'M9 9v2a3 3 0 0 0 4.6 2.5M15 10V6a3 3 0 0 0-5.8-1M6 11a6 6 0 0 0 9.6 4.8M18 11c0 .9-.2 1.7-.5 2.4M12 17v4M4 3l16 17',
  ),
  camera: icon(
    'M4 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zm11 4 7-3.5v10l-7-3.5',
  ),
  cameraOff: icon(
    'M9.5 6.5H13a2 2 0 0 1 2 2v2l7-3.5v10l-5-2.5m-2.3 2c-.4.6-1 1-1.7 1H4a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2M4 3l16 18',
  ),
  screen: icon(
    'M4 4.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1zM8 20.5h8M12 13.5v-6m-2.5 2.5L12 7.5l2.5 2.5',
  ),
  devices: icon(
    'M4 7.5h8m6 0h2m-16 9h2m6 0h8M15 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zm-6 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  ),
  hangUp: icon('M2.5 14.5c5-6 14-6 19 0l-2 3-4-1.5v-3a11 11 0 0 0-7 0v3l-4 1.5z'),
  pin: icon('M9 4h6l-1 6 3 3.5H7L10 10zm3 9.5V20'),
  full: icon('M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5'),
  inset: icon('M3 5h18v14H3zm9 7h6v4h-6z'),
  sound: icon('M4 9v6h4l5 4V5L8 9zm12.5-.5a5 5 0 0 1 0 7M19.3 5.7a9 9 0 0 1 0 12.6'),
} as const;
