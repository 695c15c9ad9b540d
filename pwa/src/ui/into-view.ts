/** What an act was answered with, where the eyes are: a screen may have been scrolled past its place. */
export function intoView(answer: HTMLElement): void {
  answer.scrollIntoView({ block: 'center' });
}
