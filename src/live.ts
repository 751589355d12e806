/** For callbacks that may come after the end of what they are for. @param isLive whether there has been no end yet */
export const whileLive =
  (isLive: () => boolean) =>
  <A extends unknown[]>(act: (...args: A) => void) =>
  (...args: A): void => {
    if (isLive()) act(...args);
  };
