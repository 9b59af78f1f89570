package dev.assay.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Images in a folder or file, all of which can be told without asking for one by name. */
public interface LocalImages extends ImageStore {

  /** The annotation with an image's whole name, as containerd and Docker read it. */
  String WHOLE_NAME = "io.containerd.image.name";

  /** The images that are listed, with their annotations; not what hangs on them. */
  List<Descriptor> images();

  /** The only image there is, when no name is given: its digest. */
  default Optional<String> only() {
    List<Descriptor> all = images();
    return all.stream().map(Descriptor::digest).distinct().count() == 1
        ? Optional.of(all.getFirst().digest().toString())
        : Optional.empty();
  }

  /** The tag of a listed image. */
  static Optional<String> tag(Descriptor image) {
    return image.tag();
  }

  /** Where something is written that can be called more than a tag. */
  interface Target extends ImageStore {

    /** Adds to what the listing says about what a tag points to. */
    void annotate(String tag, Map<String, String> annotations);
  }
}
