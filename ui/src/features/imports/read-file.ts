/** A file that the seller chose, as the core takes it. */

/** The largest file that is read, in bytes; the core has the same bound. */
export const LARGEST = 64 * 1024 * 1024;

/** The bytes of a file in Base64; rejects with a sentence when there are too many. */
export async function contentOf(file: File): Promise<string> {
  if (file.size > LARGEST) {
    throw new Error(`${file.name} has more than 64 MB. Split it and import the parts one after the other.`);
  }
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(new Error(`${file.name} could not be read: is it still there?`)));
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(",") + 1);
}
