/**
 * The text of an autostart file. Quoting twice, as the desktop entry specification asks: once for the argument, once for
 * the string. https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
 */
export function autostartEntry(executable: string): string {
  const quoted = executable.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Outtray',
    `Exec="${quoted.replaceAll('\\', '\\\\')}" --hidden`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
