import { css } from 'lit';
import { base, hues, tokens } from './base.styles.js';
import { people } from './trust.styles.js';

const own = css`
  :host {
    max-block-size: var(--peer-door-max-height, min(28rem, 70dvh));
  }
  /* What is said to the ear has to be there before; a box would only leave a gap. */
  :host(:not(:state(knocks), :state(waiting), :state(refused), [hidden])) {
    display: contents;
  }

  .peer {
    border-radius: 0.75rem;
  }
  .peer:focus-visible {
    outline-offset: -2px;
  }
  .peer:not(.suspect) + .peer:not(.suspect) {
    border-start-start-radius: 0;
    border-start-end-radius: 0;
    box-shadow: 0 -1px var(--_line);
  }
  /* More of a name to decide by. */
  .name {
    display: -webkit-box;
    overflow-wrap: anywhere;
    white-space: normal;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .decision {
    display: grid;
    grid-column: 1 / -1;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.5rem;
    margin-block-start: 0.625rem;
  }
  .split {
    display: flex;
    gap: 1px;
  }
  .not-now {
    flex: 1;
    min-inline-size: 0;
    border-start-end-radius: 0;
    border-end-end-radius: 0;
  }
  .why {
    padding: 0;
    border-start-start-radius: 0;
    border-end-start-radius: 0;
  }
  .why svg {
    inline-size: 1.125em;
    block-size: 1.125em;
  }
  .why[aria-expanded='true'] {
    background: var(--_line);
  }
  .act.let-in,
  .act.again {
    background: var(--_accent);
    color: var(--_accent-text);
  }
  .act.let-in:hover,
  .act.again:hover {
    background: color-mix(in oklab, var(--_accent), #000 12%);
  }
  /* Nothing is suggested of who is not who they seem. */
  .suspect .act.let-in {
    background: color-mix(in oklab, var(--_danger) 14%, var(--_surface));
    color: var(--_text);
  }
  .suspect .act:not(.same):hover {
    background: color-mix(in oklab, var(--_danger) 22%, var(--_surface));
  }
  .reason {
    display: grid;
    grid-column: 1 / -1;
    gap: 0.375rem;
    padding-block: 0.625rem 0.25rem;
    font-size: 0.875em;
    animation: appear 0.2s;
  }
  .reason label {
    color: var(--_muted);
  }
  .reason input {
    min-inline-size: 0;
    min-block-size: 2.375rem;
    padding: 0 0.75rem;
    border: 1px solid var(--_edge);
    border-radius: 0.625rem;
    background: var(--_surface);
    font-size: max(1rem, 1em);
  }
  .others {
    flex: none;
    padding: 0.5rem var(--_gutter) 0.75rem;
    border-block-start: 1px solid var(--_line);
    color: var(--_muted);
    font-size: 0.875em;
  }

  .visitor {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 0.75rem 0.875rem;
    padding: 0.875rem var(--_gutter);
    overflow: hidden auto;
    animation: appear 0.2s;
  }
  .sign {
    display: grid;
    place-items: center;
    align-self: start;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border-radius: 50%;
    background: var(--_soft);
    color: var(--_muted);
  }
  .visitor:not(.over) .sign {
    color: var(--_ink);
  }
  .visitor:not(.over) .sign svg {
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  .told {
    display: grid;
    gap: 0.125rem;
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }
  .told .muted,
  .waiting .text {
    font-size: 0.9375em;
  }
  .waiting .text {
    color: var(--_muted);
  }

  @container (inline-size < 28rem) {
    .decision .act {
      min-block-size: 2.625rem;
    }
    .why {
      min-inline-size: 2.625rem;
    }
    .visitor {
      grid-template-columns: auto minmax(0, 1fr);
    }
    .visitor .act {
      grid-column: 1 / -1;
      min-block-size: 2.625rem;
    }
  }
  @container (inline-size >= 36rem) {
    .peer:not(.suspect) {
      grid-template-columns: auto minmax(0, 1fr) auto auto;
    }
    .peer:not(.suspect) .decision {
      grid-row: 1;
      grid-column: 4;
      grid-template-columns: auto auto;
      margin: 0;
    }
    .suspect .decision {
      grid-template-columns: auto auto;
      justify-content: end;
    }
  }
  @media (forced-colors: active) {
    .sign {
      border: 1px solid ButtonBorder;
    }
  }
`;

export const styles = [tokens('peer-door'), base, hues, people, own];
