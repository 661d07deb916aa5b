/**
 * Mesa's software Vulkan driver, lavapipe, which runs the lab's programs about three times faster than Chromium's
 * SwiftShader. Finds one that is new enough (Mesa 24), or fetches Debian's and unpacks it into the user's cache: neither the
 * machine's package sources nor its packages change.
 *
 *   node scripts/lavapipe.mjs        fetches it where needed, and says where it is
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

/** Vulkan that Mesa 24.0 states in its driver's description; what is older does not run Dawn. */
const leastVulkan = [1, 3, 274];

const driverFolders = [
  '/usr/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
];

const cacheFolder = () =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mgas-lab', 'lavapipe');

/** @returns whether the driver that a description names is new enough. */
export function isNewEnough(description) {
  const version = String(description?.ICD?.api_version ?? '')
    .split('.')
    .map(Number);
  for (const [i, least] of leastVulkan.entries()) {
    const part = version[i] ?? NaN;
    if (part !== least) return part > least;
  }
  return true;
}

function readDescription(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null; // Not there, or no description: no driver.
  }
}

/** @returns path of a description (VK_ICD_FILENAMES) of a new enough lavapipe, or null. */
export function findLavapipe(folders = [...driverFolders, cacheFolder()]) {
  for (const folder of folders.filter(existsSync)) {
    for (const name of readdirSync(folder)) {
      if (!/^lvp_icd.*\.json$/.test(name)) continue;
      const path = join(folder, name);
      if (isNewEnough(readDescription(path))) return path;
    }
  }
  return null;
}

/** One command, its output to standard error, and never longer than three minutes. */
function run(file, args, options = {}) {
  const { status, stdout } = spawnSync(file, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: 180_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    ...options,
  });
  return { ok: status === 0, output: stdout ?? '' };
}

const system = () => {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
    return { id: field('ID'), version: field('VERSION_ID') };
  } catch {
    return { id: '', version: '' };
  }
};

const patience = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1'];

/** Debian 12 offers Mesa 25 in its backports: fetched by options of single commands, from the mirror in use. */
function fetchBackport(folder) {
  const lists = join(folder, 'lists');
  const sources = join(folder, 'backports.list');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const policy = run('apt-cache', ['policy', 'libc6']).output;
  const mirror =
    /(https?:\/\/\S+) bookworm\/main/.exec(policy)?.[1] ?? 'http://deb.debian.org/debian';
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb [signed-by=${key}] ${mirror} bookworm-backports main\n`);
  const only = [
    ...patience,
    ...['-o', `Dir::Etc::sourcelist=${sources}`, '-o', 'Dir::Etc::sourceparts=-'],
    ...['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${folder}`],
  ];
  return (
    run('apt-get', [...only, 'update']).ok &&
    run('apt-get', [...only, 'download', 'mesa-vulkan-drivers'], { cwd: folder }).ok
  );
}

/** Installs libraries that the driver wants and the machine lacks, in the machine's own versions. */
function installNeeds(packageFile, library) {
  const missing = () => /not found/.test(run('ldd', [library]).output);
  if (!missing()) return true;
  if (process.getuid?.() !== 0) return false;
  const depends = run('dpkg-deb', ['-f', packageFile, 'Depends']).output;
  // What the package asks of libdrm is for graphics cards; lavapipe takes what there is.
  const names = depends
    .split(',')
    .map((entry) => entry.trim().split(/[\s|]/)[0])
    .filter(Boolean);
  run('apt-get', [...patience, 'update']);
  run('apt-get', [...patience, 'install', '-y', '--no-install-recommends', ...names]);
  return !missing();
}

function unpackBackport() {
  const folder = cacheFolder();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const fail = (reason) => {
    rmSync(folder, { recursive: true, force: true });
    return reason;
  };
  if (!fetchBackport(folder)) return fail('bookworm-backports could not be reached');
  const file = readdirSync(folder).find((name) => /^mesa-vulkan-drivers_.*\.deb$/.test(name));
  if (!file || !run('dpkg-deb', ['-x', join(folder, file), folder]).ok)
    return fail('the package could not be unpacked');
  const libraries = join(folder, 'usr/lib');
  const at = readdirSync(libraries, { recursive: true }).find((name) =>
    String(name).endsWith('libvulkan_lvp.so'),
  );
  if (!at) return fail('the package holds no lavapipe');
  const library = join(libraries, String(at));
  if (!installNeeds(join(folder, file), library))
    return fail('libraries that it needs are missing');
  const descriptions = join(folder, 'usr/share/vulkan/icd.d');
  const name = readdirSync(descriptions).find((entry) => /^lvp_icd.*\.json$/.test(entry));
  const description = readDescription(join(descriptions, name));
  description.ICD.library_path = library;
  for (const entry of readdirSync(folder)) {
    if (entry !== 'usr') rmSync(join(folder, entry), { recursive: true, force: true });
  }
  // Last: a run that was cut off leaves nothing that is taken for a driver.
  writeFileSync(join(folder, 'lvp_icd.json'), JSON.stringify(description));
  return null;
}

/** The system's own package, where that is new enough: Debian 13, Ubuntu 24.04. */
function installPackage() {
  if (process.getuid?.() !== 0) return 'only root may install mesa-vulkan-drivers';
  run('apt-get', [...patience, 'update']);
  const candidate = /Candidate: (?:\d+:)?(\d+)/.exec(
    run('apt-cache', ['policy', 'mesa-vulkan-drivers']).output,
  )?.[1];
  if (!(Number(candidate) >= 24)) return 'the system offers no Mesa 24 or newer';
  const install = ['install', '-y', '--no-install-recommends', 'mesa-vulkan-drivers'];
  return run('apt-get', [...patience, ...install]).ok ? null : 'apt-get could not install it';
}

/**
 * Finds lavapipe, or gets it where that is possible. Never throws, and takes a few minutes at most.
 * @returns {{ icd: string | null, reason: string | null }} where it is, or why there is none.
 */
export function ensureLavapipe() {
  const found = findLavapipe();
  if (found) return { icd: found, reason: null };
  if (process.platform !== 'linux') return { icd: null, reason: 'lavapipe is for Linux' };
  const { id, version } = system();
  if (id !== 'debian' && id !== 'ubuntu')
    return { icd: null, reason: 'it is only fetched on Debian and Ubuntu' };
  process.stderr.write('Fetching the software driver lavapipe with apt-get ...\n');
  let reason;
  try {
    reason = id === 'debian' && version === '12' ? unpackBackport() : installPackage();
  } catch (error) {
    reason = error.message;
  }
  const icd = findLavapipe();
  return { icd, reason: icd ? null : (reason ?? 'it is not where it should be') };
}

// By name: inside a bundle the address of the module is the bundle's.
if (basename(process.argv[1] ?? '') === 'lavapipe.mjs') {
  const { icd, reason } = ensureLavapipe();
  process.stdout.write(icd ? `lavapipe: ${icd}\n` : `No lavapipe: ${reason}.\n`);
  process.exitCode = icd ? 0 : 1;
}
