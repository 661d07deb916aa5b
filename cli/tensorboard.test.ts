import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { joinLog } from './log-option.ts';
import { openTensorBoard } from './tensorboard.ts';

const folder = mkdtempSync(join(tmpdir(), 'mgas-log-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', '']).status === 0,
);

/**
 * A reader that shares nothing with the writer: another language, checksums bit by bit, any protobuf field. TensorBoard's
 * own reader refuses a record whose checksum is wrong, and so does this one.
 */
const reader = `
import json, struct, sys

def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at

def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = struct.unpack("<d", data[at:at + 8])[0], at + 8
        elif wire == 5:
            value, at = struct.unpack("<f", data[at:at + 4])[0], at + 4
        else:
            assert wire == 2, wire
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length
        yield key >> 3, value

events = []
with open(sys.argv[1], "rb") as file:
    while True:
        head = file.read(12)
        if not head:
            break
        length, check = struct.unpack("<QI", head)
        assert crc32c(head[:8]) == check, "length checksum"
        data = file.read(length)
        assert crc32c(data) == struct.unpack("<I", file.read(4))[0], "data checksum"
        event = {"step": 0, "values": {}}
        for field, value in fields(data):
            if field == 1: event["time"] = value
            if field == 2: event["step"] = value
            if field == 3: event["version"] = value.decode()
            if field == 5:
                for one, summary in fields(value):
                    assert one == 1
                    parts = dict(fields(summary))
                    if 2 in parts:
                        event["values"][parts[1].decode()] = parts[2]
                    else:
                        tensor = dict(fields(parts[8]))
                        plugin = dict(fields(dict(fields(parts[9]))[1]))
                        event["values"][parts[1].decode()] = [tensor[1], plugin[1].decode(), tensor[8].decode()]
        events.append(event)
print(json.dumps(events))
`;

it.runIf(python)('writes event files that another reader reads back', () => {
  let now = 1_700_000_000.5;
  const log = openTensorBoard(join(folder, 'run'), () => now);
  log.note('settings', '# Settings\n\n\u{1f9f6}');
  now += 1;
  log.write(7, [
    { name: 'loss/cross_entropy', value: 1.5 },
    { name: 'accuracy/validation', value: 0.25 },
  ]);
  log.write(8, []);
  log.write(3_000_000_000, [{ name: 'loss/cross_entropy', value: -0.125 }]);
  const files = readdirSync(join(folder, 'run'));
  expect(files).toEqual([expect.stringMatching(/^events\.out\.tfevents\.1700000000\./)]);
  const events = JSON.parse(
    execFileSync(python!, ['-c', reader, join(folder, 'run', files[0]!)], { encoding: 'utf8' }),
  ) as unknown;
  expect(events).toEqual([
    { step: 0, time: 1_700_000_000, version: 'brain.Event:2', values: {} },
    {
      step: 0,
      time: 1_700_000_000.5,
      values: { settings: [7, 'text', '# Settings\n\n\u{1f9f6}'] },
    },
    {
      step: 7,
      time: 1_700_000_001.5,
      values: { 'loss/cross_entropy': 1.5, 'accuracy/validation': 0.25 },
    },
    { step: 3_000_000_000, time: 1_700_000_001.5, values: { 'loss/cross_entropy': -0.125 } },
  ]);
});

it('accepts --log with its two values at any position', () => {
  expect(joinLog(['a.json', '--log', 'tensorboard', 'runs', '--json'])).toEqual([
    ...['a.json', '--log', 'tensorboard=runs', '--json'],
  ]);
  expect(joinLog(['--log', 'tensorboard', 'runs', 'a.json'])).toEqual([
    ...['--log', 'tensorboard=runs', 'a.json'],
  ]);
  expect(joinLog(['--log', 'mlflow', 'runs'])).toEqual(['--log', 'mlflow', 'runs']);
});
