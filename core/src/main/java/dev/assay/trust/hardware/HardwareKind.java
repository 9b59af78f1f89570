package dev.assay.trust.hardware;

import java.util.Optional;

/** What a key can be held by, and is attested by. */
public enum HardwareKind {
  YUBIKEY_PIV("yubikey-piv"),
  SECURITY_KEY("ssh-sk"),
  TPM("tpm");

  private final String id;

  HardwareKind(String id) {
    this.id = id;
  }

  /** As policies and registrations write it. */
  public String id() {
    return id;
  }

  public static Optional<HardwareKind> byId(String id) {
    for (HardwareKind kind : values()) {
      if (kind.id.equals(id)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return id;
  }
}
