/**
 * The text of an autostart file. Quoting twice, as the desktop entry specification asks: once for the argument, once for
 * the string. https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
 */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Outtray',
    `Exec=${command.map(quoted).join(' ')} --hidden`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

function quoted(argument: string): string {
  const inside = argument.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  return `"${inside.replaceAll('\\', '\\\\')}"`;
}
