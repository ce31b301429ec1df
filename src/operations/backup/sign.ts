// Signatures as minisign writes them, so that `minisign -V` says the same without us: Ed25519 over the BLAKE2b hash of the text. The
// trusted comment is signed with it and says what the text is, so that nothing signed counts as anything else.
// Source: jedisct1.github.io/minisign (signature format), RFC 8032
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";

export interface PublicKey {
  /** As minisign names it: 16 hexadecimal digits. */
  readonly id: string;
  /** What `minisign -P` takes: `RWQ…`. */
  readonly text: string;
  readonly key: KeyObject;
}

export interface SigningKey extends PublicKey {
  readonly secret: KeyObject;
  readonly pem: Secret;
}

/** `unknown` is a signature by a key that is not among those that count: it may be good, and nobody here can tell. */
export type Signed =
  | { readonly state: "good"; readonly key: PublicKey }
  | { readonly state: "unknown"; readonly keyId: string }
  | { readonly state: "bad"; readonly because: string };

const [legacyName, hashedName] = ["Ed", "ED"];
const idBytes = 8;
const signatureBytes = 64;

/** A new private key, as PEM. */
export function newSigningPem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Throws what node:crypto throws for what is no Ed25519 key. */
export function signingKey(pem: string): SigningKey {
  const secret = createPrivateKey(pem);
  const { x = "" } = createPublicKey(secret).export({ format: "jwk" });
  const raw = Buffer.from(x, "base64url");
  const id = createHash("sha256").update(raw).digest().subarray(0, idBytes);
  return { ...publicKey(Buffer.concat([Buffer.from(legacyName), id, raw]).toString("base64")), secret, pem: new Secret(pem) };
}

/** Throws for what is no public key of minisign's. */
export function publicKey(text: string): PublicKey {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 42 || bytes.subarray(0, 2).toString() !== legacyName) throw new Error(`"${text}" is no public key`);
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.subarray(2 + idBytes).toString("base64url") }, format: "jwk" });
  return { id: shownId(bytes.subarray(2, 2 + idBytes)), text, key };
}

function shownId(id: Buffer): string {
  return Buffer.from(id).reverse().toString("hex").toUpperCase();
}

/** The four lines of a signature file. `what` says what the text is. */
export function signText({ secret, text: publicText }: SigningKey, text: string, what: string): string {
  const signature = sign(null, hashOf(text), secret);
  const id = Buffer.from(publicText, "base64").subarray(2, 2 + idBytes);
  const comment = sign(null, Buffer.concat([signature, Buffer.from(what)]), secret);
  return signatureText(publicText, { main: Buffer.concat([Buffer.from(hashedName), id, signature]), what, comment });
}

function signatureText(
  publicText: string,
  { main, what, comment }: { readonly main: Buffer; readonly what: string; readonly comment: Buffer },
): string {
  return [
    `untrusted comment: signature by rowhouse, verify with minisign -P ${publicText}`,
    main.toString("base64"),
    `trusted comment: ${what}`,
    comment.toString("base64"),
    "",
  ].join("\n");
}

export interface SignedText {
  readonly text: string;
  readonly signature: string;
  /** What the text has to be, as it was said when it was signed. */
  readonly what: string;
  /** The keys that count. */
  readonly keys: readonly PublicKey[];
}

export function verifyText({ text, signature, what, keys }: SignedText): Signed {
  const [, main = "", comment = "", global = ""] = signature.split("\n");
  const bytes = Buffer.from(main, "base64");
  const said = comment.startsWith("trusted comment: ") ? comment.slice("trusted comment: ".length) : undefined;
  if (bytes.length !== 2 + idBytes + signatureBytes || bytes.subarray(0, 2).toString() !== hashedName || said === undefined)
    return { state: "bad", because: "it is not a signature" };
  const keyId = shownId(bytes.subarray(2, 2 + idBytes));
  const key = keys.find(({ id }) => id === keyId);
  if (!key) return { state: "unknown", keyId };
  const own = bytes.subarray(2 + idBytes);
  const isSaid = verify(null, Buffer.concat([own, Buffer.from(said)]), key.key, Buffer.from(global, "base64"));
  if (!isSaid || !verify(null, hashOf(text), key.key, own)) return { state: "bad", because: `it does not fit what key ${keyId} signed` };
  // What nothing signs, the first line and loose ends of the encoding, has to be as it was written: a changed byte is a changed backup.
  if (signature !== signatureText(key.text, { main: bytes, what: said, comment: Buffer.from(global, "base64") }))
    return { state: "bad", because: `it is not written as key ${keyId} signs` };
  return said === what ? { state: "good", key } : { state: "bad", because: `it is the signature of ${said}` };
}

export function unknownSigner(what: string, keyId: string): Problem {
  return new Problem("RH-BACKUP-005", `${what} is signed by key ${keyId}, which is not known here`, {
    hint: "It is of another machine, or somebody's: give that machine's recovery kit, `rowhouse backup kit --use FILE`.",
  });
}

/** JSON with its signature in it, so that both are written at once. */
export function signedJson(key: SigningKey, value: object, what: string): string {
  const text = JSON.stringify(value, null, 2);
  return `${JSON.stringify({ ...value, signature: signText(key, text, what) }, null, 2)}\n`;
}

/** The signature of what `signedJson` wrote, as it was parsed. */
export function verifyJson(value: object, what: string, keys: readonly PublicKey[]): Signed {
  const { signature, ...rest } = value as { readonly signature?: unknown };
  if (typeof signature !== "string") return { state: "bad", because: "it is missing" };
  return verifyText({ text: JSON.stringify(rest, null, 2), signature, what, keys });
}

function hashOf(text: string): Buffer {
  return createHash("blake2b512").update(text).digest();
}
