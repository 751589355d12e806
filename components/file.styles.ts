import { css } from 'lit';

/** One file, in a list or in a conversation. */
export const fileStyles = css`
  .tile {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    overflow: clip;
    border-radius: 0.625rem;
    background: light-dark(oklch(93% 0.035 var(--_hue)), oklch(33% 0.05 var(--_hue)));
    color: light-dark(oklch(42% 0.12 var(--_hue)), oklch(88% 0.07 var(--_hue)));
    font-size: 0.6875rem;
    font-weight: 700;
    letter-spacing: 0.02em;
    line-height: 1;
    user-select: none;
  }
  img.tile {
    object-fit: cover;
    background: var(--_soft);
  }
  .file-name {
    display: flex;
    min-inline-size: 0;
    inline-size: fit-content;
    max-inline-size: 100%;
    overflow: visible;
    font-weight: 600;
    white-space: pre;
  }
  .file-name span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    column-gap: 0.375rem;
    color: var(--_muted);
    font-size: 0.8125em;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .facts > :not(:first-child)::before,
  .meta > :not(:first-child)::before {
    content: '·';
    margin-inline-end: 0.375rem;
    color: var(--_muted);
    font-weight: 400;
  }
  .meta {
    display: flex;
    gap: 0.375rem;
    min-inline-size: 0;
  }
  .meta > :first-child:not(:last-child) {
    flex: none;
  }
  .account.good,
  .parts .good svg {
    color: var(--_good);
  }
  .account.bad,
  .parts .bad {
    color: var(--_danger);
  }
  .account svg {
    inline-size: 1.1em;
    block-size: 1.1em;
    margin-inline-end: 0.25em;
    vertical-align: -0.2em;
  }
  progress {
    appearance: none;
    display: block;
    inline-size: 100%;
    block-size: 0.375rem;
    margin-block: 0.3125rem;
    overflow: clip;
    border: 0;
    border-radius: 1rem;
    background: var(--_soft);
    color: var(--_accent);
  }
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    border-radius: 1rem;
    background: var(--_ink);
    transition: inline-size 0.15s linear;
  }
  progress::-moz-progress-bar {
    border-radius: 1rem;
    background: var(--_ink);
  }
  .waits progress {
    --_ink: var(--_muted);
    animation: none;
  }
  progress:indeterminate {
    background: var(--_ink);
    animation: breathe 1s ease-in-out infinite alternate;
  }
  progress:indeterminate::-moz-progress-bar {
    background: none;
  }
  .act {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    gap: 0.375em;
    min-inline-size: 2.125rem;
    min-block-size: 2.125rem;
    padding: 0 0.75em;
    border: 1px solid transparent;
    border-radius: 0.625em;
    background: var(--_soft);
    color: var(--_text);
    font-size: 0.875em;
    font-weight: 600;
    line-height: 1;
    text-decoration: none;
    white-space: nowrap;
    transition: background-color 0.15s;
  }
  .act:hover {
    background: var(--_line);
  }
  .act svg {
    inline-size: 1.125em;
    block-size: 1.125em;
  }
  .act.accept,
  .act.save {
    background: var(--_accent);
    color: var(--_accent-text);
  }
  .act.accept:hover,
  .act.save:hover {
    background: color-mix(in oklab, var(--_accent), #000 12%);
  }
  .act.cancel,
  .act.remove {
    padding: 0;
    background: none;
    color: var(--_muted);
  }
  .act.cancel:hover,
  .act.remove:hover {
    background: var(--_soft);
    color: var(--_text);
  }
  @media (forced-colors: active) {
    .act,
    .tile,
    progress {
      border: 1px solid ButtonBorder;
    }
  }
`;
