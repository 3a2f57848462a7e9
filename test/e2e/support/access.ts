// What can be measured of how well a screen can be reached: axe's rules, sideways scrolling, the size of what is touched.
import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** Text with 7:1 and targets of at least 24 px too, which axe leaves out unless told. */
const rules: RunOptions = {
  resultTypes: ['violations'],
  rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } },
};
const touchPx = 44;

/**
 * What axe finds, one line each: the rule, and where. In a window as high as the page: else what happens to lie half under
 * a bar, at the place to which the last tap scrolled, were too small.
 */
export async function violations(page: Page): Promise<string[]> {
  const size = page.viewportSize();
  if (!size) return violationsAsShown(page);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
  const found = await violationsAsShown(page);
  await page.setViewportSize(size);
  return found;
}

async function violationsAsShown(page: Page): Promise<string[]> {
  // Not as a script element, which the page's policy refuses.
  await page.evaluate(axe.source);
  const results = await page.evaluate(
    (options): Promise<AxeResults> => (window as unknown as { axe: typeof axe }).axe.run(document, options),
    rules,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      node => `${id}: ${node.target.join(' ')} – ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`,
    ),
  );
}

/** How many pixels the page can be scrolled sideways. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What a thumb would miss: everything that can be tapped and is smaller than 44 by 44 px. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(least => {
    const tappable = 'a, button, input, select, textarea, summary, [role="tab"], [role="option"]';
    return [...document.querySelectorAll<HTMLElement>(tappable)].flatMap(element => {
      // A box with a label around it is tapped by its label; what is out of sight is not tapped at all.
      const target = element.closest('label') ?? element;
      const { width, height } = target.getBoundingClientRect();
      const seen = target.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      if (!seen || element.classList.contains('visually-hidden')) return [];
      if (width >= least && height >= least) return [];
      const name = element.getAttribute('aria-label') ?? element.innerText.slice(0, 40);
      return [`${element.tagName.toLowerCase()} “${name}” ${Math.round(width)} × ${Math.round(height)}`];
    });
  }, touchPx - 0.5);
}

/** Nothing that axe finds, nothing that a thumb would miss, and nothing beside the screen. */
export async function expectReachable(page: Page): Promise<void> {
  expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
  expect(await sideways(page)).toBe(0);
}
