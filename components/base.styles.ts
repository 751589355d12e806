import { css, unsafeCSS, type CSSResult } from 'lit';

/** What an element's colours and measures are; they follow the `color-scheme` of the page around it. */
export function tokens(tag: string): CSSResult {
  const name = unsafeCSS(tag);
  return css`
    :host {
      --_accent: var(--${name}-accent, light-dark(#4451c4, #5b68d8));
      --_accent-text: var(--${name}-accent-text, #fff);
      --_surface: var(--${name}-surface, light-dark(#fff, #17191d));
      --_text: var(--${name}-text, light-dark(#1d2027, #e8eaee));
      --_muted: var(--${name}-muted, light-dark(#5c6370, #a0a7b3));
      --_line: var(--${name}-line, light-dark(#e3e5ea, #2e323a));
      --_soft: var(--${name}-soft, light-dark(#f0f2f5, #262a31));
      --_good: var(--${name}-good, light-dark(#12703c, #5fd598));
      --_danger: var(--${name}-danger, light-dark(#b42318, #ff8f85));
      --_edge: light-dark(#868d9a, #6d7481);
      --_ink: light-dark(var(--_accent), #a5adff);
      --_gutter: 1rem;
      max-block-size: var(--${name}-max-height, none);
      border-radius: var(--${name}-radius, 1rem);
      font-size: var(--${name}-font-size, 0.9375rem);
    }
  `;
}

/** What all elements that are seen have in common. */
export const base = css`
  :host {
    display: flex;
    flex-direction: column;
    box-sizing: border-box;
    container-type: inline-size;
    min-inline-size: min(15rem, 100%);
    overflow: clip;
    border: 1px solid var(--_line);
    background: var(--_surface);
    color: var(--_text);
    line-height: 1.4;
    text-align: start;
  }
  :host([hidden]),
  [hidden] {
    display: none;
  }
  *,
  ::before {
    box-sizing: border-box;
  }
  p {
    margin: 0;
  }
  svg {
    flex: none;
    inline-size: 1.25em;
    block-size: 1.25em;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  button,
  input,
  select,
  textarea {
    margin: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
  }
  button {
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--_ink);
    outline-offset: 2px;
  }
  .sr {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .muted {
    color: var(--_muted);
  }

  .header {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.5rem var(--_gutter);
    border-block-end: 1px solid var(--_line);
    font-size: 0.875em;
  }
  .dot {
    flex: none;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: light-dark(#8a919d, #7d8490);
  }
  .dot.good {
    background: light-dark(#1f9d57, #3ecf82);
  }
  .dot.wait {
    background: light-dark(#d28a04, #f3b53f);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  .dot.bad {
    background: var(--_danger);
  }
  .quiet {
    display: flex;
    align-items: center;
    gap: 0.25em;
    min-inline-size: 0;
    min-block-size: 1.75rem;
    padding: 0 0.5em;
    margin-inline-start: -0.25em;
    border-radius: 0.5em;
    white-space: nowrap;
  }
  .quiet:hover {
    background: var(--_soft);
  }
  .quiet svg {
    inline-size: 1em;
    block-size: 1em;
    color: var(--_muted);
    transition: rotate 0.15s;
  }
  bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .empty {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.75rem;
    min-block-size: 100%;
    color: var(--_muted);
    text-align: center;
    overflow-wrap: anywhere;
  }
  .empty svg {
    inline-size: 2.25rem;
    block-size: 2.25rem;
    stroke-width: 1.25;
    opacity: 0.7;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @keyframes breathe {
    to {
      opacity: 0.4;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before {
      transition: none !important;
      animation-duration: 0s !important;
      animation-iteration-count: 1 !important;
    }
  }
  @media (forced-colors: active) {
    .dot {
      forced-color-adjust: none;
    }
  }
`;

/** Twelve hues that tell people, and kinds of files, apart. */
export const hues = css`
  .h0 {
    --_hue: 20;
  }
  .h1 {
    --_hue: 45;
  }
  .h2 {
    --_hue: 75;
  }
  .h3 {
    --_hue: 110;
  }
  .h4 {
    --_hue: 140;
  }
  .h5 {
    --_hue: 165;
  }
  .h6 {
    --_hue: 195;
  }
  .h7 {
    --_hue: 225;
  }
  .h8 {
    --_hue: 255;
  }
  .h9 {
    --_hue: 285;
  }
  .h10 {
    --_hue: 315;
  }
  .h11 {
    --_hue: 345;
  }
`;
