package dev.assay.cli;

import dev.assay.attest.DocumentReference;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.verify.DocumentSource;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Documents that lie in the folder of the evidence that names them. A signer chooses the name, so
 * it is the name of a file in that folder or of none.
 *
 * @param evidence the file of the evidence, as the user named it
 */
record DocumentsBeside(String evidence, Context context) implements DocumentSource {

  @Override
  public byte[] read(DocumentReference reference, int limit) {
    String name = reference.name();
    if (!evidence.equals("-") && isPlain(name)) {
      Path file = context.path(evidence).toAbsolutePath().resolveSibling(name);
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return Inputs.read(context, file.toString(), limit);
      }
    }
    throw new AssayException(
        Code.CONTENT_MISSING,
        "the document "
            + reference.digest()
            + ", which it names"
            + (name.isEmpty() ? "" : " " + Text.quote(name))
            + ", is not in the folder of the bundle");
  }

  private static boolean isPlain(String name) {
    if (name.isEmpty() || name.startsWith(".") || name.length() > 255) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == '\\' || c == ':' || c < ' ' || c == 0x7f) {
        return false;
      }
    }
    return true;
  }
}
