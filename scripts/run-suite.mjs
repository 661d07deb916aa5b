/** Child processes of `npm test`: one per suite. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { root } from './install.mjs';

const running = new Set();

/**
 * Runs a suite in a process group of its own, so that its children end with it. Its output goes to `write`.
 * @param most milliseconds that it may take, whatever its own limit.
 * @returns {Promise<{ code: number | null, output: string, problem: string | null }>} `output` is its standard output.
 */
export function run({ command, env, limit, idle }, write, most) {
  return new Promise((resolve) => {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    if (idle) yieldProcessor(child);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
      write(text);
    });
    child.stderr.on('data', write);
    const left = Math.max(30_000, Math.min(limit, most));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, left);
    child.on('error', (error) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code: 1, output, problem: error.message });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({
        code,
        output,
        problem: timedOut ? `stopped after ${Math.round(left / 1000)} s` : null,
      });
    });
  });
}

/** Where Linux shares the processor among sessions, a process's own priority counts only within its session. */
function yieldProcessor({ pid }) {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '19');
  } catch {
    // No such sharing here.
  }
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export function killRunning() {
  for (const child of running) killGroup(child);
}
