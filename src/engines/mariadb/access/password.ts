// What MariaDB stores of a password, made here so that the password itself is in no statement and in no server log.
// Source: mariadb.com/kb/en/authentication-plugin-mysql_native_password
import { createHash } from "node:crypto";
import { Secret } from "../../../foundation/secret.ts";

/** `*` and the hexadecimal SHA-1 of the SHA-1: fit for the long random passwords that Rowhouse makes. */
export function storedPassword(password: Secret): Secret {
  const sha1 = (data: string | Buffer) => createHash("sha1").update(data).digest();
  return new Secret(`*${sha1(sha1(password.reveal())).toString("hex").toUpperCase()}`);
}
