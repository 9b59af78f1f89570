package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;

import dev.assay.attest.Bundle;
import dev.assay.attest.OciLayer;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.oci.BundleReferrers;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Index;
import dev.assay.oci.MediaTypes;
import dev.assay.oci.Platform;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.oci.SignatureTag;
import dev.assay.oci.StoredManifest;
import dev.assay.signing.BundleSigner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Signs statements about images and attaches them: to the image that is named and, where that is
 * asked for, to every image that its index lists. Those come first: an index that is signed has no
 * image that is not.
 */
final class ImageSigning implements AutoCloseable {

  /** The options that say to what of an image evidence is attached, in which forms, and where. */
  static final List<CommandSpec.Option> OPTIONS =
      List.of(
          flag("recursive", "also every image that an index lists, each under its own digest"),
          flag(
              "also-legacy",
              "besides the bundle, the form that podman, CRI-O and cosign before version 3 read"),
          SignatureRepository.OPTION,
          flag("plain-http", "use HTTP instead of HTTPS (on this machine HTTP is used anyway)"));

  private static final int AT_ONCE = 4;

  /** What is said of each image. */
  interface Said {
    String predicateType();

    /** The statement about one subject. */
    Statement about(String name, Digest subject);

    /**
     * The statement about an image.
     *
     * @param place the repository that the evidence goes to
     */
    default Statement about(Reference image, Reference place, Digest digest) {
      return about(image.name(), digest);
    }

    /** Pushes what the statement rests on, before anybody can find the statement. */
    default List<Pushed> push(ImageStore evidence, Reference place, Descriptor image) {
      return List.of();
    }

    /**
     * What the older form says besides the digest, where this is a signature; an attestation is the
     * same envelope in every form.
     */
    Optional<Map<String, Json>> signatureNotes();
  }

  /** Something that was written into a registry. */
  record Pushed(String kind, String reference, Digest digest) {}

  /** What was written for one image. */
  record Signed(Digest subject, Optional<Platform> platform, List<Pushed> pushed) {}

  // Without its bytes: there may be a thousand.
  private record Image(Descriptor manifest, Optional<Platform> platform) {
    Digest digest() {
      return manifest.digest();
    }
  }

  private final BundleSigner signer;
  private final Said said;
  private final boolean recursive;
  private final boolean alsoLegacy;
  private final Arguments arguments;
  private final Context context;
  private @Nullable RegistryClient client;

  ImageSigning(BundleSigner signer, Said said, Arguments arguments, Context context) {
    this.signer = signer;
    this.said = said;
    this.recursive = arguments.flag("recursive");
    this.alsoLegacy = arguments.flag("also-legacy");
    this.arguments = arguments;
    this.context = context;
  }

  // Files need none, and it takes time to load.
  private synchronized RegistryClient client() {
    RegistryClient opened = client;
    if (opened == null) {
      opened = TlsOptions.client(arguments, context);
      client = opened;
    }
    return opened;
  }

  /**
   * Signs what is said of an image and attaches it.
   *
   * @param more told how many images there are besides the one that is named
   * @param done told of each image that is signed
   * @throws AssayException with {@link Code#TAG_NOT_DIGEST} if the image is named by a tag alone,
   *     {@link Code#TAG_NAMES_OTHER} if the tag is signed and names another image
   */
  List<Signed> attach(String name, LongConsumer more, Runnable done) {
    Reference reference = Reference.parse(name);
    if (reference.digest().isEmpty()) {
      throw new AssayException(
          Code.TAG_NOT_DIGEST,
          "a tag can move: name " + reference + " by its digest",
          "assay image digest " + reference);
    }
    Reference place = SignatureRepository.of(arguments, context).orElse(reference);
    ImageStore store = client().repository(reference);
    // Signing what is not there, or not what its name says, helps only somebody else.
    StoredManifest named = named(store, reference);
    Map<Digest, Image> images = new LinkedHashMap<>();
    if (recursive) {
      listed(store, named, images, 0);
    }
    images.remove(named.descriptor().digest());
    more.accept(images.size());
    Attaching to = new Attaching(reference, place, done);
    List<Signed> out = new ArrayList<>();
    try (Workers<Signed> workers = new Workers<>(AT_ONCE, true)) {
      workers.run(List.copyOf(images.values()), to::sign).forEach(out::add);
    }
    out.addFirst(to.sign(new Image(named.descriptor(), Optional.empty())));
    return out;
  }

  // With the tag in what is signed, the tag must say so too; whatever it names later, it named
  // these bytes.
  private StoredManifest named(ImageStore store, Reference reference) {
    Digest digest = reference.digest().orElseThrow();
    boolean tagIsSigned = alsoLegacy && said.signatureNotes().isPresent();
    if (!tagIsSigned || reference.tag().isEmpty()) {
      return store.manifest(digest);
    }
    Optional<StoredManifest> found = store.find(reference.tag().get());
    if (found.isEmpty() || !found.get().descriptor().digest().equals(digest)) {
      throw new AssayException(
          Code.TAG_NAMES_OTHER,
          "the tag "
              + reference.tag().get()
              + " of "
              + Text.printable(store.name())
              + " names "
              + found.map(f -> f.descriptor().digest().toString()).orElse("nothing")
              + ", not "
              + digest,
          "assay image digest " + reference.name() + ":" + reference.tag().get());
    }
    return found.get();
  }

  private static void listed(
      ImageStore store, StoredManifest manifest, Map<Digest, Image> out, int depth) {
    if (!(manifest.content() instanceof Index index)) {
      return;
    }
    if (depth == Limits.INDEX_DEPTH) {
      throw new AssayException(
          Code.TOO_DEEP, "indexes nested more than " + Limits.INDEX_DEPTH + " deep");
    }
    for (Descriptor entry : index.manifests()) {
      boolean image =
          MediaTypes.isManifest(entry.mediaType()) || MediaTypes.isIndex(entry.mediaType());
      if (!image || out.containsKey(entry.digest())) {
        continue;
      }
      if (out.size() >= Limits.INDEX_IMAGES) {
        throw new AssayException(
            Code.TOO_MANY, "an index of more than " + Limits.INDEX_IMAGES + " images");
      }
      StoredManifest child = store.manifest(entry.digest());
      out.put(entry.digest(), new Image(child.descriptor(), entry.platform()));
      listed(store, child, out, depth + 1);
    }
  }

  /** Signs images under one name. */
  private final class Attaching {
    private final Reference reference;
    private final Reference place;
    private final ImageStore evidence;
    private final Runnable done;

    Attaching(Reference reference, Reference place, Runnable done) {
      this.reference = reference;
      this.place = place;
      this.evidence = client().repository(place);
      this.done = done;
    }

    Signed sign(Image image) {
      Bundle bundle = signer.statement(said.about(reference, place, image.digest()));
      // Everything is signed before anything is pushed: a key that cannot do it all does nothing.
      Optional<OciLayer> layer =
          alsoLegacy ? Optional.of(layer(image.digest(), bundle)) : Optional.empty();
      List<Pushed> pushed = new ArrayList<>(said.push(evidence, place, image.manifest()));
      if (layer.isPresent()) {
        SignatureTag.Written written = SignatureTag.add(evidence, image.digest(), layer.get());
        pushed.add(new Pushed("tag", at(":" + written.tag()), written.manifest().digest()));
      }
      Descriptor referrer =
          BundleReferrers.attach(
              evidence,
              image.manifest(),
              bundle.write(),
              said.predicateType(),
              context.clock().instant());
      pushed.addFirst(new Pushed("bundle", at("@" + referrer.digest()), referrer.digest()));
      done.run();
      return new Signed(image.digest(), image.platform(), pushed);
    }

    private OciLayer layer(Digest image, Bundle bundle) {
      Optional<Map<String, Json>> notes = said.signatureNotes();
      if (notes.isEmpty()) {
        return OciLayer.attestation(bundle, said.predicateType(), signer.issuers());
      }
      byte[] payload = OciLayer.payload(usableAs(image), image, notes.get());
      Bundle message = signer.message(payload);
      return OciLayer.signature(payload, message, signer.issuers());
    }

    // Container tools take a name with a tag literally, and for one with a digest any name of the
    // repository that has either. Images of an index are pulled by the name of the index.
    private String usableAs(Digest image) {
      return reference.tag().isPresent()
          ? reference.name() + ":" + reference.tag().get()
          : reference.name() + "@" + image;
    }

    private String at(String suffix) {
      return place.name() + suffix;
    }
  }

  @Override
  public synchronized void close() {
    RegistryClient opened = client;
    if (opened != null) {
      opened.close();
    }
  }
}
