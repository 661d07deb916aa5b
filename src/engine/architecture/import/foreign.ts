/** What a file is that no form reads, in one sentence, and what can be read instead. */
import { jsonOf, textOf } from './form.ts';
import type { InputFile } from './form.ts';
import { isZip } from './torch-zip.ts';

const readable =
  'What can be read: architectures of this lab (JSON), DARTS genotypes (Genotype(normal=..., reduce=...)), the genotype of MGAS with its mask file, and the JSON of blocks of ProxylessNAS and once-for-all.';

/** @returns a sentence that names the file's kind, and one that says what is read. */
export function describeForeign(file: InputFile): string {
  return `This is ${kindOf(file)}. ${readable}`;
}

function kindOf(file: InputFile): string {
  const { bytes } = file;
  if (bytes.length === 0) return 'an empty file';
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith('\x93NUMPY')) return 'an array of NumPy, which holds no architecture';
  if (head.startsWith('\x89HDF')) return 'an HDF5 file, as Keras writes weights';
  if (head.slice(4, 8) === 'TFL3') return 'a model of TensorFlow Lite';
  if (head.startsWith('\x1f\x8b')) return 'a compressed file: unpack it first';
  if (head.startsWith('\x80\x02') || head.startsWith('\x80\x04'))
    return 'a pickle of Python, which is a program and is not executed';
  if (isZip(bytes))
    return 'a zip, or a file of PyTorch: weight masks are read together with their genotype, as two files at once';
  if (/^.{8}\{"/s.test(head) && head.includes('dtype'))
    return 'a file of safetensors: weights without an architecture';
  if (head.includes('pytorch') || head.includes('onnx') || bytes[0] === 0x08)
    return 'probably an ONNX model, whose graph is not searched for cells';
  const value = jsonOf(file);
  if (value !== undefined) return jsonKind(value);
  return textKind(textOf(file));
}

function textKind(text: string | null): string {
  if (text === null) return 'a binary file of an unknown kind';
  if (/\|\w+~\d\|/.test(text))
    return 'an architecture string of NAS-Bench-201, whose cells (four nodes, five operations) this lab does not have';
  if (/normal\s*=|reduce\s*=/.test(text))
    return 'text with parts of a genotype: paste all of it, from Genotype( to its closing parenthesis';
  return 'text without a genotype';
}

function jsonKind(value: unknown): string {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const of = (key: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  const format = of('format');
  if (format === 'mgas-run')
    return 'a run of this lab, not an architecture: import it in the library';
  if (format === 'mgas-comparison') return 'a comparison of this lab: open it in the view Compare';
  if (format === 'graph-model' || format === 'layers-model')
    return 'a model of TensorFlow.js, whose graph is not searched for cells';
  if (Array.isArray(of('blocks')) && keys.includes('input_stem'))
    return 'a ResNet of once-for-all, whose blocks this lab does not have';
  if (Array.isArray(of('d')) && Array.isArray(of('e')))
    return 'a choice of once-for-all for its ResNets, whose blocks this lab does not have';
  if (keys.some((key) => /^(normal|reduce)(_n\d|\/)|_switch$|^layer\w*choice|^model_\d/i.test(key)))
    return 'an architecture that NNI exported; its names depend on the program that searched, so write it as a genotype: Genotype(normal=[...], reduce=[...])';
  if (keys.includes('module_adjacency') || keys.includes('module_operations'))
    return 'an architecture of NAS-Bench-101, whose cells (any graph of seven nodes) this lab does not have';
  if (keys.includes('initChannels') || keys.includes('cells'))
    return 'JSON with a field of an architecture, but not the fields of one this lab knows';
  return Array.isArray(value) ? 'a JSON list of an unknown kind' : 'JSON of an unknown kind';
}
