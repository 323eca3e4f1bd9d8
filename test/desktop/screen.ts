import { runProgram } from './program.ts';

/** A picture of the whole desktop, panel and all, as PNG. */
export async function pictureOfDesktop(file: string): Promise<void> {
  await runProgram('import', ['-window', 'root', file], { timeout: 20_000 });
}

/** Presses keys for real: whatever window has the focus gets them. Names as xdotool writes them: `ctrl+Return`. */
export async function pressKeys(...keys: readonly string[]): Promise<void> {
  await runProgram('xdotool', ['key', '--clearmodifiers', ...keys]);
}

/** Types text on the keyboard into whatever window has the focus. */
export async function typeText(text: string): Promise<void> {
  await runProgram('xdotool', ['type', '--clearmodifiers', '--delay', '5', '--', text], { timeout: 60_000 });
}

/** Title and process of the window that has the keyboard. */
export async function focusedWindow(): Promise<{ readonly title: string; readonly pid: number } | undefined> {
  try {
    const id = (await runProgram('xdotool', ['getactivewindow'])).trim();
    const title = (await runProgram('xdotool', ['getwindowname', id])).trim();
    const pid = Number((await runProgram('xdotool', ['getwindowpid', id])).trim());
    return { title, pid };
  } catch {
    // No window is active, or it went away while being asked.
    return undefined;
  }
}

/** Resizes the window that has the keyboard; the size is that of its content, without the frame. */
export async function resizeFocusedWindow(width: number, height: number): Promise<void> {
  const id = (await runProgram('xdotool', ['getactivewindow'])).trim();
  await runProgram('xdotool', ['windowsize', id, String(width), String(height)]);
}

/**
 * How the window manager keeps the windows of this title: on the screen, or minimised into its list. A window that was
 * hidden is in no list and so not here.
 */
export async function windowStates(title: string): Promise<readonly ('shown' | 'minimised')[]> {
  const listed = await runProgram('xprop', ['-root', '_NET_CLIENT_LIST']);
  const states: ('shown' | 'minimised')[] = [];
  for (const [id] of listed.matchAll(/0x[0-9a-f]+/g)) {
    const facts = await runProgram('xprop', ['-id', id, '_NET_WM_NAME', 'WM_STATE']).catch(() => '');
    if (!facts.includes(`"${title}"`)) continue;
    states.push(/window state: Iconic/.test(facts) ? 'minimised' : 'shown');
  }
  return states;
}
