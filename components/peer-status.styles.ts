import { css } from 'lit';
import { base, hues, tokens } from './base.styles.js';
import { people } from './trust.styles.js';

const own = css`
  .notice {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    padding: 0.625rem var(--_gutter);
    color: var(--_muted);
    overflow-wrap: anywhere;
  }
  .notice.bad {
    background: color-mix(in oklab, var(--_danger) 10%, transparent);
    color: var(--_danger);
  }
  .empty {
    min-block-size: 0;
    padding: 1rem var(--_gutter) 1.5rem;
  }

  .kick {
    display: grid;
    grid-column: 1 / -1;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    justify-items: start;
    padding-block-start: 0.75rem;
    border-block-start: 1px solid var(--_line);
    font-size: 0.9375em;
    overflow-wrap: anywhere;
  }
  .kick > div:empty {
    display: none;
  }
  .choice {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    inline-size: 100%;
  }
  .kick .act {
    border: 1px solid var(--_edge);
    background: none;
  }
  .kick .act:hover {
    background: var(--_line);
  }
  .danger {
    color: var(--_danger);
  }
  .panel .act.danger {
    border-color: currentcolor;
  }
  .panel .act.danger:hover {
    background: color-mix(in oklab, var(--_danger) 14%, var(--_surface));
  }
`;

export const styles = [tokens('peer-status'), base, hues, people, own];
