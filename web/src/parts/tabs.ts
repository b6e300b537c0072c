/** Which tab of a page an address means: the first where it names one that is not there. */
export const openTab = <T extends string>(asked: string | undefined, tabs: readonly [T, ...T[]]): T =>
  tabs.find((one) => one === asked) ?? tabs[0];
