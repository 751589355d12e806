import { css } from 'lit';
import { base, hues, tokens } from './base.styles.js';

const stage = css`
  .stage {
    position: relative;
    flex: 1 1 auto;
    inline-size: 100%;
    min-block-size: 9rem;
    /* As high as the window, less the bar and what may have to be said. */
    max-block-size: max(16rem, calc(100dvh - 9rem));
    aspect-ratio: 16 / 9.5;
  }
  ul {
    position: absolute;
    inset: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .tile {
    position: absolute;
    overflow: clip;
    container: tile / size;
    border-radius: 0.75rem;
    background: light-dark(oklch(95.5% 0.018 var(--_hue)), oklch(25% 0.028 var(--_hue)));
    animation: appear 0.25s;
    transition-property: inset, inline-size, block-size;
    transition-duration: 0.2s;
  }
  .tile.seen {
    background: oklch(20% 0.022 var(--_hue));
  }
  .tile::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: inherit;
    box-shadow: inset 0 0 0 1px rgb(0 0 0 / 8%);
    pointer-events: none;
    transition: box-shadow 0.15s;
  }
  .tile.speaking::after {
    box-shadow: inset 0 0 0 3px var(--_talk);
  }
  video {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    /* Not display: what cannot be seen may still be heard. */
    opacity: 0;
  }
  .seen video {
    opacity: 1;
  }
  video.whole {
    object-fit: contain;
  }
  video.mirrored {
    scale: -1 1;
  }

  .cover {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: min(0.75rem, 4cqh);
    padding: 0.5rem 0.75rem;
    color: var(--_text);
    text-align: center;
  }
  .avatar {
    display: grid;
    place-items: center;
    inline-size: clamp(1.75rem, 38cqmin, 6.5rem);
    aspect-ratio: 1;
    border-radius: 50%;
    background: light-dark(oklch(88% 0.065 var(--_hue)), oklch(40% 0.075 var(--_hue)));
    color: light-dark(oklch(40% 0.12 var(--_hue)), oklch(92% 0.06 var(--_hue)));
    font-size: clamp(0.8125rem, 16cqmin, 2.75rem);
    font-weight: 600;
    line-height: 1;
    user-select: none;
  }
  .avatar svg {
    inline-size: 50%;
    block-size: 50%;
  }
  .why {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    max-inline-size: 22rem;
    font-size: 0.875em;
    text-align: start;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }
  .bad .why svg {
    color: var(--_danger);
  }
  .label,
  .over,
  .tool {
    background: rgb(16 18 22 / 72%);
    color: #fff;
  }
  .label {
    position: absolute;
    inset-block-end: 0.375rem;
    inset-inline-start: 0.375rem;
    display: flex;
    gap: 0.375em;
    align-items: center;
    max-inline-size: calc(100% - 0.75rem);
    padding: 0.1875rem 0.5em;
    border-radius: 0.5rem;
    font-size: 0.8125em;
    font-weight: 500;
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .mark {
    display: flex;
    flex: none;
    gap: 2px;
    align-items: center;
    block-size: 1em;
  }
  .mark svg {
    inline-size: 1.0625em;
    block-size: 1.0625em;
    color: #ff9d94;
  }
  .talk i {
    inline-size: 2.5px;
    block-size: 100%;
    border-radius: 2px;
    background: #6fe3a6;
    animation: talk 0.5s ease-in-out infinite alternate;
  }
  .talk i:nth-child(2) {
    animation-delay: -0.3s;
  }
  .talk i:nth-child(3) {
    animation-delay: -0.7s;
  }
  @keyframes talk {
    from {
      scale: 1 0.35;
    }
  }
  .over {
    position: absolute;
    inset-block-start: 0.375rem;
    inset-inline-start: 0.375rem;
    padding: 0.1875rem 0.5em;
    border-radius: 0.5rem;
    font-size: 0.8125em;
  }

  .tools {
    position: absolute;
    inset-block-start: 0.375rem;
    inset-inline-end: 0.375rem;
    display: flex;
    gap: 0.25rem;
  }
  .tool {
    display: grid;
    place-items: center;
    inline-size: 2rem;
    block-size: 2rem;
    padding: 0;
    border-radius: 0.5rem;
    opacity: 0;
    transition: opacity 0.15s;
  }
  .tool svg {
    inline-size: 1.0625rem;
    block-size: 1.0625rem;
  }
  .tool:hover {
    background: rgb(16 18 22 / 92%);
  }
  .tool:focus-visible {
    outline-color: #fff;
    outline-offset: -3px;
  }
  .tile:hover .tool,
  .tools:focus-within .tool,
  .tool[aria-pressed='true'] {
    opacity: 1;
  }
  .tool[aria-pressed='true'] {
    background: var(--_accent);
    color: var(--_accent-text);
  }
  .tile:fullscreen {
    border-radius: 0;
    background: #000;
  }
  .tile:fullscreen video {
    object-fit: contain;
  }

  /* A small one has room for few words; the others are for the ear. */
  @container tile (inline-size < 14rem) or (block-size < 9rem) {
    .why .hint {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .why {
      gap: 0.25rem;
      font-size: 0.75em;
      line-height: 1.2;
      text-align: center;
    }
    .why svg {
      inline-size: 1rem;
      block-size: 1rem;
    }
    .bad .avatar {
      display: none;
    }
    /* Not below the name. */
    .cover:has(.why) {
      padding-block-end: 2rem;
    }
  }
  @container tile (block-size < 7rem) {
    .cover:has(.why) .avatar {
      display: none;
    }
  }
  @container tile (inline-size < 11rem) or (block-size < 6.5rem) {
    .inset,
    .full {
      display: none;
    }
  }
  @container tile (block-size < 4rem) or (inline-size < 5.5rem) {
    .label {
      inset-block-end: 0.1875rem;
      inset-inline-start: 0.1875rem;
      max-inline-size: calc(100% - 0.375rem);
      padding: 0.0625rem 0.375em;
      font-size: 0.6875em;
    }
    .tools {
      inset-block-start: 0.1875rem;
      inset-inline-end: 0.1875rem;
    }
    .tool {
      inline-size: 1.5rem;
      block-size: 1.5rem;
    }
    .cover {
      padding-block-end: 1.25rem;
    }
  }
  .empty {
    position: absolute;
    inset: 0;
    padding: 1rem;
  }
  .hear {
    position: absolute;
    inset-block-start: 1.25rem;
    inset-inline: 0;
    display: flex;
    gap: 0.5rem;
    align-items: center;
    inline-size: fit-content;
    max-inline-size: calc(100% - 2rem);
    min-block-size: 2.75rem;
    margin-inline: auto;
    padding: 0.25rem 1.25rem;
    border-radius: 2rem;
    background: var(--_accent);
    box-shadow: 0 6px 20px rgb(0 0 0 / 35%);
    color: var(--_accent-text);
    font-weight: 600;
  }
  .hear:focus-visible {
    outline-color: #fff;
    outline-offset: -4px;
  }
`;

const bar = css`
  .notice {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    justify-content: center;
    padding: 0.5rem var(--_gutter);
    color: var(--_muted);
    font-size: 0.9375em;
    overflow-wrap: anywhere;
  }
  .notice span {
    min-inline-size: 0;
    text-wrap: pretty;
  }
  .notice.bad {
    background: color-mix(in oklab, var(--_danger) 10%, transparent);
    color: var(--_danger);
  }
  .dismiss {
    flex: none;
    padding: 0 0.375rem;
    margin-inline-start: auto;
  }
  .dismiss svg {
    color: inherit;
  }

  .bar {
    position: relative;
    display: grid;
    flex: none;
    grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr);
    gap: 0.75rem;
    align-items: center;
    padding: 0.625rem var(--_gutter);
    border-block-start: 1px solid var(--_line);
  }
  .title,
  .more {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    min-inline-size: 0;
  }
  .title {
    font-size: 0.875em;
    font-weight: 600;
  }
  .more {
    justify-content: end;
  }
  .count {
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
    font-weight: 400;
  }
  .controls {
    display: flex;
    gap: 0.5rem;
    justify-content: center;
  }
  .control {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    padding: 0;
    border-radius: 50%;
    background: var(--_soft);
    color: var(--_text);
    transition: background-color 0.15s;
  }
  .control:hover {
    background: var(--_line);
  }
  .control svg {
    inline-size: 1.375rem;
    block-size: 1.375rem;
    stroke-width: 1.75;
  }
  .control:is(.audio, .video).off {
    background: color-mix(in oklab, var(--_danger) 13%, var(--_surface));
    color: var(--_danger);
  }
  .control:is(.audio, .video).off:hover {
    background: color-mix(in oklab, var(--_danger) 22%, var(--_surface));
  }
  .control.screen.on,
  .control[aria-expanded='true'] {
    background: var(--_accent);
    color: var(--_accent-text);
  }
  .control[aria-busy] {
    animation: breathe 0.8s ease-in-out infinite alternate;
  }
  .control.leave {
    inline-size: 3.75rem;
    border-radius: 2rem;
    background: var(--_end);
    color: #fff;
  }
  .control.leave:hover {
    background: color-mix(in oklab, var(--_end), #000 16%);
  }
  .join {
    min-block-size: 2.75rem;
    padding: 0 1.5rem;
    border-radius: 2rem;
    background: var(--_accent);
    color: var(--_accent-text);
    font-weight: 600;
  }
  .join:hover {
    background: color-mix(in oklab, var(--_accent), #000 12%);
  }

  .bar.before {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem 1.5rem;
    justify-content: center;
  }
  /* Over the tiles: whoever chooses a camera sees what comes of it. */
  .panel {
    position: absolute;
    inset-block-end: calc(100% + 0.5rem);
    inset-inline: 0.5rem;
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
    gap: 0.75rem;
    max-inline-size: 46rem;
    margin-inline: auto;
    padding: 0.875rem 1rem 1rem;
    border: 1px solid var(--_line);
    border-radius: 0.875rem;
    background: var(--_surface);
    box-shadow: 0 10px 32px rgb(0 0 0 / 28%);
    font-size: 0.9375em;
    animation: appear 0.2s;
  }
  .choice {
    display: grid;
    gap: 0.25rem;
    min-inline-size: 0;
  }
  .choice span {
    color: var(--_muted);
    font-size: 0.875em;
  }
  select {
    inline-size: 100%;
    min-block-size: 2.5rem;
    padding: 0 0.625rem;
    border: 1px solid var(--_edge);
    border-radius: 0.625rem;
    background: var(--_surface);
    text-overflow: ellipsis;
  }

  @container (inline-size < 36rem) {
    .stage {
      aspect-ratio: 4 / 5;
    }
    .bar {
      grid-template-columns: minmax(0, 1fr);
      padding-inline: 0.5rem;
    }
    .bar:not(.before) .title {
      display: none;
    }
    .before > :not(.panel) {
      justify-content: center;
      inline-size: 100%;
    }
    .more .join {
      inline-size: 100%;
      max-inline-size: 24rem;
    }
    .panel {
      gap: 0.5rem;
      padding: 0.75rem;
    }
    .choice {
      grid-template-columns: 5.5rem minmax(0, 1fr);
      align-items: center;
    }
    .more:not(:has(.join)) {
      display: contents;
    }
  }
  @container (inline-size < 18rem) {
    .controls {
      gap: 0.25rem;
    }
    .control {
      inline-size: 2.5rem;
      block-size: 2.5rem;
    }
    .control.leave {
      inline-size: 2.75rem;
    }
  }
  @media (forced-colors: active) {
    .tile,
    .avatar,
    .label,
    .over,
    .control,
    .tool,
    .join,
    .hear {
      border: 1px solid ButtonBorder;
    }
    .label,
    .over {
      background: Canvas;
      color: CanvasText;
    }
    .tool,
    .control {
      background: ButtonFace;
      color: ButtonText;
    }
    .tile.speaking::after {
      border: 3px solid Highlight;
    }
    .control:is(.screen.on, [aria-expanded='true']),
    .tool[aria-pressed='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .talk i {
      background: CanvasText;
    }
  }
`;

const own = css`
  :host {
    --_talk: var(--peer-video-good, light-dark(#1f9d57, #3ecf82));
    --_end: light-dark(var(--_danger), color-mix(in oklab, var(--_danger), #8a0f06 60%));
  }
`;

export const styles = [tokens('peer-video'), base, hues, own, stage, bar];
