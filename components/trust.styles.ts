import { css } from 'lit';

/** Lists of people, and what tells whether it is them. */
export const people = css`
  .header {
    flex: none;
    min-block-size: 2.8125rem;
  }
  .title {
    font-weight: 600;
  }
  .count {
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }

  .list {
    display: flex;
    flex-direction: column;
    margin: 0;
    padding: 0.375rem 0.5rem;
    overflow: hidden auto;
    overscroll-behavior: contain;
    list-style: none;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
  }
  .list:focus-visible {
    outline-offset: -2px;
    border-radius: 0.75rem;
  }
  .peer {
    display: grid;
    flex: none;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 0.75rem;
    padding: 0.5rem;
    animation: appear 0.2s;
  }
  .avatar {
    position: relative;
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 50%;
    background: light-dark(oklch(92% 0.045 var(--_hue)), oklch(36% 0.06 var(--_hue)));
    color: light-dark(oklch(42% 0.12 var(--_hue)), oklch(88% 0.07 var(--_hue)));
    font-size: 0.875rem;
    font-weight: 600;
    line-height: 1;
    user-select: none;
  }
  .avatar .dot {
    position: absolute;
    inset-block-end: -0.125rem;
    inset-inline-end: -0.125rem;
    inline-size: 0.75rem;
    block-size: 0.75rem;
    border: 2px solid var(--_surface);
  }
  .about,
  .who {
    min-inline-size: 0;
  }
  .who {
    display: flex;
    gap: 0.375rem;
    align-items: center;
  }
  .name {
    font-weight: 600;
  }
  .check {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 1.125em;
    block-size: 1.125em;
    border-radius: 50%;
    background: var(--_good);
    color: var(--_surface);
  }
  .check svg {
    inline-size: 0.75em;
    block-size: 0.75em;
    stroke-width: 4;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    column-gap: 0.75rem;
    overflow: clip;
    color: var(--_muted);
    font-size: 0.8125em;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .meta > * {
    position: relative;
    min-inline-size: 0;
  }
  /* Between two of a line; what begins a line has it where it is clipped. */
  .meta > ::before {
    content: '·';
    position: absolute;
    inset-inline-start: -0.5rem;
  }
  .meta.bad {
    color: var(--_danger);
  }
  p bdi,
  .meta bdi {
    display: inline-block;
    max-inline-size: 100%;
    vertical-align: bottom;
  }

  .act {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    gap: 0.375em;
    min-inline-size: 2.25rem;
    min-block-size: 2.25rem;
    padding: 0 0.875em;
    border-radius: 0.625rem;
    background: var(--_soft);
    color: var(--_text);
    font-size: 0.875em;
    font-weight: 600;
    line-height: 1.2;
    transition: background-color 0.15s;
  }
  .act:hover {
    background: var(--_line);
  }
  .toggle {
    /* Its arrow below those of the others. */
    padding-inline-end: 0.6125rem;
  }
  .toggle.bare {
    padding: 0;
    background: none;
    color: var(--_muted);
  }
  .toggle.bare:hover {
    background: var(--_soft);
    color: var(--_text);
  }
  .toggle svg {
    transition: rotate 0.15s;
  }
  .toggle[aria-expanded='true'] svg {
    rotate: 180deg;
  }
  .act.same {
    background: var(--_accent);
    color: var(--_accent-text);
  }
  .act.same:hover {
    background: color-mix(in oklab, var(--_accent), #000 12%);
  }
  .act[aria-disabled] {
    background: var(--_soft);
    color: var(--_muted);
    cursor: default;
  }

  .suspect {
    margin-block: 0.25rem;
    padding: calc(0.5rem - 1px);
    border: 1px solid var(--_danger);
    border-radius: 0.75rem;
    background: color-mix(in oklab, var(--_danger) 8%, var(--_surface));
  }
  .suspect .act:not(.same) {
    background: color-mix(in oklab, var(--_danger) 14%, var(--_surface));
  }
  .warning {
    display: grid;
    grid-column: 1 / -1;
    grid-template-columns: 2.25rem minmax(0, 1fr);
    gap: 0.75rem;
    padding-block: 0.625rem 0.25rem;
    font-size: 0.875em;
    overflow-wrap: anywhere;
  }
  .warning svg {
    justify-self: center;
    inline-size: 1.625em;
    block-size: 1.625em;
    color: var(--_danger);
  }
  .warning > div {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 0.125rem;
    min-inline-size: 0;
  }
  .loud {
    color: var(--_danger);
    font-size: 1.0714em;
    font-weight: 700;
  }

  .panel {
    display: grid;
    grid-column: 1 / -1;
    gap: 0.75rem 1.25rem;
    margin-block: 0.625rem 0.25rem;
    padding: 0.75rem;
    border-radius: 0.75rem;
    background: var(--_soft);
    animation: appear 0.2s;
  }
  .suspect .panel {
    background: var(--_surface);
  }
  .number {
    display: grid;
    grid-template-columns: repeat(4, minmax(0, 1fr));
    margin: 0;
    padding: 0.25rem 0;
    border: 1px solid var(--_line);
    border-radius: 0.625rem;
    background: var(--_surface);
    font-family: ui-monospace, 'SF Mono', 'Cascadia Code', 'DejaVu Sans Mono', Consolas, monospace;
    font-size: clamp(0.875rem, 4.6cqi, 1.25rem);
    font-variant-numeric: tabular-nums slashed-zero;
    letter-spacing: 0.02em;
    list-style: none;
    text-align: center;
  }
  .number li {
    position: relative;
    min-block-size: 2.25rem;
    padding-block: 0.375rem;
    line-height: 1.5rem;
  }
  .number .sr {
    user-select: none;
  }
  .number li:nth-child(n + 5) {
    border-block-start: 1px solid var(--_line);
  }
  .advice {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    align-content: space-between;
    justify-items: start;
    font-size: 0.9375em;
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }
  .known {
    margin-inline-end: 0.25em;
    color: var(--_good);
    font-weight: 600;
  }
  .known svg {
    inline-size: 1.1em;
    block-size: 1.1em;
    stroke-width: 2.5;
    vertical-align: -0.2em;
  }
  .verified .panel .act {
    border: 1px solid var(--_edge);
    background: none;
  }
  .verified .panel .act:hover {
    background: var(--_line);
  }

  @container (inline-size >= 36rem) {
    .panel:not(.own) {
      grid-template-columns: minmax(18rem, 25rem) minmax(0, 1fr);
    }
  }
  @container (inline-size < 28rem) {
    .panel .act {
      inline-size: 100%;
      min-block-size: 2.625rem;
    }
  }
  @container (inline-size < 17rem) {
    .number {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    .number li:nth-child(4) {
      border-block-start: 1px solid var(--_line);
    }
  }
  @media (forced-colors: active) {
    .act,
    .avatar,
    .panel {
      border: 1px solid ButtonBorder;
    }
    .check {
      forced-color-adjust: none;
    }
  }
`;
