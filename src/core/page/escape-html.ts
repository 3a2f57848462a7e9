const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands between tags and in quoted attributes (HTML, section 13.3). */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => entities[char]!);
}
