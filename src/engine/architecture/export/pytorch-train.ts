/**
 * `train.py`, beside an exported `network.py`: trains it from scratch as people of this field train, on one machine or many.
 * The recipe is the paper's (arXiv 2310.15074, section IV; DARTS' program). It is the same text for every network: one Python
 * program.
 * Over 250 lines: it is one Python program that people read and change as a whole.
 */
export const trainScript = `"""Trains network.py from scratch: the recipe of DARTS and MGAS, on one machine or many.

    torchrun --nproc-per-node 8 train.py --data cifar10 --root cifar-10-batches-bin --out run
    torchrun --nnodes 4 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint HOST:29400 train.py --data folder --root IMAGES

--data cifar10 and cifar100 read the binary version of the data (cifar-10-batches-bin, cifar-100-binary). --data folder reads
train/CLASS/* and test/CLASS/* (or val/CLASS/*) and needs torchvision. Without torchrun it is one process.

SGD with momentum, learning rate along half a cosine to 0, gradient norm clipped, random crops and flips, cutout, an auxiliary
head after two thirds of the cells, drop-path that rises over the epochs. Masked weights stay zero. Every epoch leaves
OUT/checkpoint.pt; the same command resumes from it. OUT/log.jsonl has one line per epoch, OUT/weights.npz the trained state dict,
and OUT/result.json the accuracy, which MGAS Lab reads back into its library.

Where it differs from the programs it follows: batch norms keep the statistics of their own process, as DistributedDataParallel
does by default (--sync-norm changes that).
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.distributed import DistributedSampler

import network as exported


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\\n")[0])
    parser.add_argument("--data", choices=["cifar10", "cifar100", "folder"], default="cifar10")
    parser.add_argument("--root", required=True, help="folder of the data")
    parser.add_argument("--out", default="run", help="folder of checkpoint, log and result")
    parser.add_argument("--epochs", type=int, default=600)
    parser.add_argument("--batch-size", type=int, default=96, help="of all processes together")
    parser.add_argument("--rate", type=float, default=0.025)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--decay", type=float, default=3e-4)
    parser.add_argument("--clip", type=float, default=5.0)
    parser.add_argument("--cutout", type=int, default=16, help="pixels per side; 0 = none")
    parser.add_argument("--auxiliary", type=float, default=0.4, help="weight of the auxiliary head; 0 = none")
    parser.add_argument("--drop-path", type=float, default=0.2, help="probability of the last epoch; 0 = none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4, help="data loaders per process")
    parser.add_argument("--images", type=int, default=0, help="training and test images used; 0 = all")
    parser.add_argument("--stop-after", type=int, default=0, help="end after this many epochs, to resume later; 0 = do not")
    parser.add_argument("--sync-norm", action="store_true", help="batch norms over all processes (GPUs only)")
    parser.add_argument("--amp", action="store_true", help="mixed precision (GPUs only)")
    return parser.parse_args()


def read_cifar(root, hundred, train):
    """Binary version: a record is its labels (CIFAR-100: coarse, fine), then 3072 bytes, channels first."""
    names = (["train.bin"] if train else ["test.bin"]) if hundred else (
        [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"])
    names = [name for name in names if os.path.exists(os.path.join(root, name))]
    if not names:
        raise SystemExit(f"{root} holds no {'training' if train else 'test'} images of CIFAR in its binary version.")
    labels = 2 if hundred else 1
    rows = np.concatenate([np.fromfile(os.path.join(root, name), np.uint8).reshape(-1, labels + 3072) for name in names])
    return rows[:, labels:].reshape(-1, 3, 32, 32), rows[:, labels - 1].astype(np.int64)


class Images(Dataset):
    """Bytes, channels first, of the network's size. Training images are augmented by a seed of epoch and image."""

    def __init__(self, args, train):
        self.train, self.args, self.epoch = train, args, 0
        self.size, self.channels = exported.IMAGE_SIZE, len(exported.MEAN)
        self.folder = None
        if args.data == "folder":
            from torchvision.datasets import ImageFolder
            parts = [part for part in (["train"] if train else ["test", "val"]) if os.path.isdir(os.path.join(args.root, part))]
            if not parts:
                raise SystemExit(f"{args.root} holds no folder {'train' if train else 'test or val'}.")
            self.folder = ImageFolder(os.path.join(args.root, parts[0]))
            self.labels = np.array(self.folder.targets)
            if len(self.folder.classes) != len(exported.CLASSES):
                raise SystemExit(f"{len(self.folder.classes)} classes in {args.root}; the network has {len(exported.CLASSES)}.")
        else:
            self.pixels, self.labels = read_cifar(args.root, args.data == "cifar100", train)
            if self.labels.max() >= len(exported.CLASSES):
                raise SystemExit(f"label {self.labels.max()} in {args.root}; the network has {len(exported.CLASSES)} classes.")

    def __len__(self):
        return min(len(self.labels), self.args.images or len(self.labels))

    def image(self, index):
        if self.folder is None:
            image = torch.from_numpy(self.pixels[index])
        else:
            picture, _ = self.folder[index]
            picture = picture.convert("RGB" if self.channels == 3 else "L")
            scale = self.size / min(picture.size)
            width, height = (max(self.size, round(side * scale)) for side in picture.size)
            left, top = (width - self.size) // 2, (height - self.size) // 2
            picture = picture.resize((width, height)).crop((left, top, left + self.size, top + self.size))
            image = torch.from_numpy(np.array(picture)).reshape(self.size, self.size, -1).permute(2, 0, 1)
        if image.shape[0] != self.channels:
            image = image.float().mean(0, keepdim=True).expand(self.channels, -1, -1)
        if image.shape[1] != self.size:
            image = F.interpolate(image[None].float(), size=(self.size, self.size), mode="area")[0]
        return image.float()

    def __getitem__(self, index):
        image = self.image(index)
        mean = torch.tensor(exported.MEAN).view(-1, 1, 1)
        deviation = torch.tensor(exported.DEVIATION).view(-1, 1, 1)
        image = (image - mean) / deviation
        if self.train:
            random = np.random.RandomState([self.args.seed & 0xFFFFFFFF, self.epoch, index])
            padded = F.pad(image, (4, 4, 4, 4))
            y, x = random.randint(0, 9, 2)
            image = padded[:, y:y + self.size, x:x + self.size]
            if random.rand() < 0.5:
                image = image.flip(2)
            if self.args.cutout > 0:
                image = image.clone()
                y, x = random.randint(0, self.size, 2)
                half = self.args.cutout // 2
                image[:, max(0, y - half):y + half, max(0, x - half):x + half] = 0
        return image, int(self.labels[index])


class AuxiliaryHead(nn.Module):
    """DARTS' head for CIFAR: a 5x5 average pool of stride 3 brings 8 pixels to 2; other sizes are pooled to 2 as well."""

    def __init__(self, channels, size, classes):
        super().__init__()
        pool = nn.AvgPool2d(5, stride=3, padding=0, count_include_pad=False) if size == 8 else nn.AdaptiveAvgPool2d(2)
        self.features = nn.Sequential(
            nn.ReLU(), pool,
            nn.Conv2d(channels, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
            nn.Conv2d(128, 768, 2, bias=False), nn.BatchNorm2d(768), nn.ReLU(),
        )
        self.classifier = nn.Linear(768, classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Trained(nn.Module):
    """The exported network with what only trains along: auxiliary head and drop-path."""

    def __init__(self, args):
        super().__init__()
        self.network = exported.Network()
        self.network.load_state_dict(exported.load_weights(os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights.npz")))
        # From scratch: fresh weights within the masks that were exported.
        for module in self.network.modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
        self.clear_masked()
        parts = [getattr(self.network, name) for name in exported.OPERATIONS]
        self.feature, self.drop = None, 0.0
        self.auxiliary = None
        # A chain may have lost all of its layers.
        if args.auxiliary > 0 and parts:
            parts[2 * len(parts) // 3].register_forward_hook(self.keep)
            with torch.no_grad():
                self.network.eval()(torch.zeros(1, len(exported.MEAN), exported.IMAGE_SIZE, exported.IMAGE_SIZE))
            _, channels, size, _ = self.feature.shape
            self.auxiliary = AuxiliaryHead(channels, size, len(exported.CLASSES))
        for part, operations in zip(parts, exported.OPERATIONS.values()):
            for name in operations:
                getattr(part, name).register_forward_hook(self.drop_path)

    def keep(self, module, inputs, output):
        self.feature = output

    def drop_path(self, module, inputs, output):
        if not self.training or self.drop == 0:
            return output
        kept = torch.empty(output.shape[0], 1, 1, 1, device=output.device).bernoulli_(1 - self.drop)
        return output * (kept / (1 - self.drop)).to(output.dtype)

    def clear_masked(self):
        with torch.no_grad():
            for module in self.network.modules():
                if isinstance(module, exported.MaskedConv2d):
                    module.weight.mul_(module.mask)

    def forward(self, images):
        logits = self.network(images)
        if self.training and self.auxiliary is not None:
            return logits, self.auxiliary(self.feature)
        return logits, None


def total(value, device):
    """Over all processes."""
    value = torch.as_tensor(value, dtype=torch.float64, device=device)
    if dist.is_initialized():
        dist.all_reduce(value)
    return value


def evaluate(model, images, device, args, rank, world):
    """Every test image once, each process a part of them."""
    model.eval()
    part = torch.utils.data.Subset(images, range(rank, len(images), world))
    right = loss = 0.0
    with torch.no_grad():
        for batch, labels in DataLoader(part, args.batch_size, num_workers=args.workers):
            logits, _ = model(batch.to(device))
            labels = labels.to(device)
            right += (logits.argmax(1) == labels).sum().item()
            loss += F.cross_entropy(logits, labels, reduction="sum").item()
    right, loss = total([right, loss], device).tolist()
    return right / len(images), loss / len(images)


def main():
    args = arguments()
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True
    if world > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    if args.batch_size % world:
        raise SystemExit(f"--batch-size {args.batch_size} does not divide by {world} processes.")
    torch.manual_seed(args.seed)
    model = Trained(args).to(device)
    if args.sync_norm and cuda:
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    parallel = model
    if world > 1:
        # A search may leave an input of a cell that nothing reads: its parameters have no gradient.
        parallel = DistributedDataParallel(model, device_ids=[device.index] if cuda else None, find_unused_parameters=True)
    # DDP has copied the first process's weights; dropping paths is each process's own.
    optimizer = torch.optim.SGD(model.parameters(), args.rate, momentum=args.momentum, weight_decay=args.decay)
    scaler = torch.cuda.amp.GradScaler(enabled=args.amp and cuda)
    train, test = Images(args, True), Images(args, False)
    sampler = DistributedSampler(train, world, rank, shuffle=True, seed=args.seed, drop_last=True)
    os.makedirs(args.out, exist_ok=True)
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    recipe = {name: value for name, value in vars(args).items() if name not in ("root", "out", "workers", "stop_after")}
    first, accuracy, loss = 0, None, None
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        other = [name for name, value in recipe.items() if state["recipe"].get(name) != value]
        if other:
            raise SystemExit(f"{checkpoint} is of a training with other {', '.join(other)}: give the same, or choose another --out.")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, accuracy, loss = state["epoch"], state["accuracy"], state["loss"]
        if rank == 0:
            print(f"Resumed after epoch {first} of {args.epochs}: {checkpoint}", flush=True)
    for epoch in range(first, args.epochs):
        started = time.time()
        # A pure function of seed, epoch and process: a resumed training draws what an uninterrupted one draws.
        torch.manual_seed(args.seed * 1000003 + epoch * 1009 + rank)
        model.drop = args.drop_path * epoch / args.epochs
        for group in optimizer.param_groups:
            group["lr"] = 0.5 * args.rate * (1 + math.cos(math.pi * epoch / args.epochs))
        train.epoch = epoch
        sampler.set_epoch(epoch)
        loader = DataLoader(train, args.batch_size // world, sampler=sampler, num_workers=args.workers, drop_last=True, pin_memory=cuda)
        model.train()
        parallel.train()
        seen = right = entropy = 0.0
        for images, labels in loader:
            images, labels = images.to(device, non_blocking=True), labels.to(device, non_blocking=True)
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(device.type, enabled=args.amp and cuda):
                logits, auxiliary = parallel(images)
                cross_entropy = F.cross_entropy(logits, labels)
                whole = cross_entropy
                if auxiliary is not None:
                    whole = whole + args.auxiliary * F.cross_entropy(auxiliary, labels)
            scaler.scale(whole).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), args.clip)
            scaler.step(optimizer)
            scaler.update()
            seen += len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            entropy += cross_entropy.item() * len(labels)
        if seen == 0:
            raise SystemExit(f"--batch-size {args.batch_size} is larger than the {len(train)} training images.")
        model.clear_masked()
        seen, right, entropy = total([seen, right, entropy], device).tolist()
        accuracy, loss = evaluate(model, test, device, args, rank, world)
        if rank == 0:
            line = {"epoch": epoch + 1, "epochs": args.epochs, "rate": optimizer.param_groups[0]["lr"], "loss": entropy / seen,
                    "accuracy": right / seen, "testLoss": loss, "testAccuracy": accuracy, "seconds": round(time.time() - started, 2)}
            print(f"epoch {line['epoch']} of {args.epochs}: loss {line['loss']:.4f}, {100 * line['accuracy']:.2f} % of training, "
                  f"test accuracy {100 * accuracy:.2f}% (n = {len(test)}), {line['seconds']} s", flush=True)
            with open(os.path.join(args.out, "log.jsonl"), "a") as log:
                log.write(json.dumps(line) + "\\n")
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1,
                        "accuracy": accuracy, "loss": loss, "recipe": recipe}, checkpoint + ".new")
            os.replace(checkpoint + ".new", checkpoint)
        if dist.is_initialized():
            dist.barrier()
        if args.stop_after and epoch + 1 - first >= args.stop_after and epoch + 1 < args.epochs:
            return
    if rank == 0 and accuracy is not None:
        state = {name: value.cpu().numpy() for name, value in model.network.state_dict().items() if not name.endswith("num_batches_tracked")}
        np.savez(os.path.join(args.out, "weights.npz"), **state)
        result = {"format": "mgas-external-training", "version": 1, "architecture": exported.ARCHITECTURE,
                  "accuracy": accuracy, "loss": loss, "images": len(test), "dataset": args.data, "epochs": args.epochs,
                  "seed": args.seed, "processes": world, "program": f"PyTorch {torch.__version__}"}
        with open(os.path.join(args.out, "result.json"), "w") as file:
            json.dump(result, file, indent=2)
        print(f"Trained: test accuracy {100 * accuracy:.2f}% (n = {len(test)}). Open {os.path.join(args.out, 'result.json')} in MGAS Lab.")


if __name__ == "__main__":
    main()
`;
