/** Replaces a file by so many bytes. */
import { replaceFile } from "@outrigger/core/train/disk";

const [, , path, count] = process.argv;
replaceFile(path!, [Buffer.alloc(Number(count), 2)]);
