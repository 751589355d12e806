import { css } from 'lit';
import { base, tokens } from './base.styles.js';

const own = css`
  .header {
    min-block-size: 2.8125rem;
  }
  .title {
    font-weight: 600;
  }

  .invitation {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 1.25rem;
    padding: 1rem;
    overflow: hidden auto;
  }
  .invitation > :only-child {
    grid-column: 1 / -1;
  }
  .qr {
    inline-size: 12.5rem;
    overflow: clip;
    border: 1px solid var(--_line);
    border-radius: 0.75rem;
    background: #fff;
    forced-color-adjust: none;
  }
  .qr svg {
    display: block;
    inline-size: 100%;
    block-size: auto;
  }
  .ways {
    display: grid;
    gap: 1rem;
    min-inline-size: 0;
  }
  .note {
    color: var(--_muted);
    text-wrap: pretty;
    overflow-wrap: anywhere;
  }
  .way {
    display: grid;
    gap: 0.375rem;
    min-inline-size: 0;
  }
  .name {
    font-size: 0.8125em;
    font-weight: 600;
  }
  input {
    inline-size: 100%;
    min-block-size: 2.375rem;
    padding: 0 0.75rem;
    border: 1px solid var(--_line);
    border-radius: 0.625rem;
    background: var(--_soft);
    color: var(--_text);
    font-size: 0.875em;
    text-overflow: ellipsis;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-block-start: 0.125rem;
  }
  .spoken {
    display: flex;
    align-items: center;
    gap: 0.75rem;
  }
  code {
    flex: 1;
    min-inline-size: 0;
    font: inherit;
    font-weight: 600;
    overflow-wrap: anywhere;
    user-select: all;
  }
  .code {
    font-family: ui-monospace, 'SF Mono', 'Cascadia Code', 'DejaVu Sans Mono', Consolas, monospace;
    font-size: 1.125em;
    font-variant-numeric: slashed-zero;
    letter-spacing: 0.01em;
    text-wrap: balance;
  }
  .code span {
    display: inline-block;
    max-inline-size: 100%;
  }

  .button {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-block-size: 2.375rem;
    padding: 0 1rem;
    border: 1px solid var(--_edge);
    border-radius: 0.625rem;
    background: none;
    color: var(--_text);
    font-weight: 600;
    white-space: nowrap;
    transition: background-color 0.15s;
  }
  .button:hover {
    background: var(--_soft);
  }
  .button svg {
    inline-size: 1.125em;
    block-size: 1.125em;
  }
  .copy-link {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_accent-text);
  }
  .copy-link:hover {
    background: color-mix(in oklab, var(--_accent), #000 12%);
  }
  .copy-code {
    min-block-size: 2.125rem;
    padding: 0 0.75em;
    border-color: transparent;
    background: var(--_soft);
    font-size: 0.875em;
  }
  .copy-code:hover {
    background: var(--_line);
  }
  .word {
    display: inline-grid;
  }
  .word > * {
    grid-area: 1 / 1;
  }
  .away {
    visibility: hidden;
  }
  .over {
    text-align: start;
  }
  .trouble {
    padding: 0 1rem 1rem;
    color: var(--_danger);
  }
  .empty {
    padding: 2rem var(--_gutter);
  }

  @container (inline-size < 32rem) {
    .invitation {
      grid-template-columns: minmax(0, 1fr);
    }
    .qr {
      inline-size: min(14rem, 100%);
      margin-inline: auto;
    }
    .buttons .button {
      flex: 1;
    }
    .copy-code {
      inline-size: 2.125rem;
      padding: 0;
    }
    .copy-code .word {
      position: absolute;
      clip-path: inset(50%);
    }
  }
  @media (forced-colors: active) {
    .button {
      border-color: ButtonBorder;
    }
  }
`;

export const styles = [tokens('peer-invite'), base, own];
