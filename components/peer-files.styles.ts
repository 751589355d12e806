import { css } from 'lit';
import { base, hues, tokens } from './base.styles.js';
import { fileStyles } from './file.styles.js';

const own = css`
  .header {
    min-block-size: 2.8125rem;
  }
  .title {
    font-weight: 600;
  }
  .clear {
    margin-inline: auto -0.5em;
    color: var(--_muted);
  }
  .clear:hover {
    color: var(--_text);
  }

  .zone {
    display: grid;
    flex: none;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 0.5rem 0.875rem;
    margin: 0.75rem;
    padding: 0.875rem 1rem;
    border: 1.5px dashed var(--_edge);
    border-radius: 0.75rem;
    transition:
      background-color 0.15s,
      border-color 0.15s;
  }
  .zone.over {
    border-color: var(--_ink);
    background: color-mix(in oklab, var(--_accent) 12%, transparent);
  }
  .zone.idle {
    border-color: var(--_line);
  }
  .mark {
    display: grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 50%;
    background: color-mix(in oklab, var(--_accent) 12%, transparent);
    color: var(--_ink);
  }
  .idle .mark {
    background: var(--_soft);
    color: var(--_muted);
  }
  .hint {
    color: var(--_muted);
    overflow-wrap: anywhere;
    text-wrap: balance;
  }
  .over .hint {
    color: var(--_text);
    font-weight: 600;
  }
  .controls {
    display: flex;
    gap: 0.5rem;
    align-items: center;
  }
  .receiver {
    display: flex;
    flex: 1 0 8.5em;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
    color: var(--_muted);
    font-size: 0.875em;
  }
  select {
    flex: 1;
    min-inline-size: 0;
    max-inline-size: 12em;
    min-block-size: 2.375rem;
    padding: 0 0.375rem;
    border: 1px solid var(--_edge);
    border-radius: 0.625rem;
    background: var(--_surface);
    color: var(--_text);
    text-overflow: ellipsis;
    cursor: pointer;
  }
  .choose {
    flex: none;
    min-block-size: 2.375rem;
    padding: 0 1rem;
    border-radius: 0.625rem;
    background: var(--_accent);
    color: var(--_accent-text);
    font-weight: 600;
    transition: background-color 0.15s;
  }
  .choose:hover {
    background: color-mix(in oklab, var(--_accent), #000 12%);
  }
  .choose[aria-disabled] {
    background: var(--_soft);
    color: var(--_muted);
    cursor: default;
  }

  .list {
    display: flex;
    flex-direction: column;
    margin: 0;
    padding: 0 0.5rem 0.5rem;
    overflow: hidden auto;
    overscroll-behavior: contain;
    list-style: none;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
  }
  .list:focus-visible,
  .file:focus-visible {
    outline-offset: -2px;
    border-radius: 0.75rem;
  }
  .header + .list {
    padding-block-start: 0.5rem;
  }
  .file {
    display: grid;
    flex: none;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    column-gap: 0.75rem;
    padding: 0.625rem 0.5rem;
    animation: appear 0.2s;
  }
  .file + .file {
    border-block-start: 1px solid var(--_line);
  }
  .file.refused .tile,
  .file.cancelled .tile,
  .file.failed .tile {
    background: var(--_soft);
    color: var(--_muted);
    filter: grayscale(1);
  }
  .in.offered {
    margin-block-end: 0.375rem;
    border: 0;
    border-radius: 0.75rem;
    background: color-mix(in oklab, var(--_accent) 8%, transparent);
  }
  .in.offered + .file {
    border: 0;
  }
  .in.offered .act.refuse,
  .in.offered .act.save-as {
    border-color: var(--_edge);
    background: none;
  }
  .about {
    min-inline-size: 0;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
    justify-content: flex-end;
  }
  .parts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.375rem;
    margin: 0.375rem 0 0;
    padding: 0;
    list-style: none;
    font-size: 0.8125em;
  }
  .parts li {
    display: flex;
    gap: 0.25em;
    align-items: center;
    max-inline-size: 100%;
    padding: 0.0625rem 0.5rem;
    border: 1px solid var(--_line);
    border-radius: 1rem;
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .parts svg {
    inline-size: 0.9em;
    block-size: 0.9em;
  }
  .empty:not(:has(svg)) {
    min-block-size: 0;
  }
  .empty:has(svg) {
    padding: 2rem var(--_gutter);
  }

  @container (inline-size < 34rem) {
    .zone {
      grid-template-columns: auto minmax(0, 1fr);
    }
    .hint {
      /* As high while something hovers above it. */
      min-block-size: 2lh;
      align-content: center;
    }
    .controls {
      flex-wrap: wrap;
      grid-column: 1 / -1;
    }
    .choose {
      flex: 1 0 auto;
    }
  }
  @container (inline-size < 30rem) {
    .facts {
      flex-direction: column;
    }
    .facts > ::before {
      content: none !important;
    }
    .file.offered.in {
      grid-template-columns: auto minmax(0, 1fr);
    }
    .offered.in > .actions {
      grid-column: 1 / -1;
      margin-block-start: 0.625rem;
    }
    .offered.in .act {
      flex: 1;
    }
    .save .word {
      position: absolute;
      clip-path: inset(50%);
    }
    .act.save {
      padding: 0;
    }
  }
  @media (forced-colors: active) {
    .choose {
      border: 1px solid ButtonBorder;
    }
  }
`;

export const styles = [tokens('peer-files'), base, hues, fileStyles, own];
