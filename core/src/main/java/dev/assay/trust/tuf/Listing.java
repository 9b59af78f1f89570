package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Timestamp or snapshot metadata (specification sections 4.4 and 4.6): versions of other files. */
record Listing(Metadata metadata, Map<String, Item> items) {

  /** What is said of one metadata file. */
  record Item(long version, FileFacts facts) {}

  /**
   * @param role {@code timestamp} or {@code snapshot}
   * @throws AssayException with {@link Code#BAD_METADATA}
   */
  static Listing read(byte[] bytes, String role, int limit) {
    Metadata metadata = Metadata.read(bytes, role, role, limit);
    try {
      Fields list = metadata.signed().object("meta");
      if (list.names().size() > Limits.TUF_FILES) {
        throw metadata.signed().bad("meta", "more than " + Limits.TUF_FILES + " files");
      }
      Map<String, Item> items = new LinkedHashMap<>();
      for (String name : List.copyOf(list.names())) {
        Fields f = list.object(name);
        items.put(name, new Item(Metadata.version(f), FileFacts.read(f)));
      }
      return new Listing(metadata, items);
    } catch (AssayException e) {
      throw e.code() == Code.BAD_METADATA
          ? e
          : new AssayException(Code.BAD_METADATA, metadata.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param file with its ending: {@code snapshot.json}
   * @throws AssayException with {@link Code#BAD_METADATA} if it is not listed
   */
  Item item(String file) {
    return Optional.ofNullable(items.get(file))
        .orElseThrow(() ->
            new AssayException(
                Code.BAD_METADATA, metadata.name() + " does not list " + Text.quote(file)));
  }

  long version() {
    return metadata.version();
  }
}
