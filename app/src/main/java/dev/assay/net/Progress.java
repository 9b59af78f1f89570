package dev.assay.net;

/**
 * Hears how far something has come. Called by several threads at once, often: an implementation is
 * quick and throws nothing.
 */
public interface Progress {

  /** Nobody listens. */
  Progress NONE =
      new Progress() {
        @Override
        public void expect(long more) {}

        @Override
        public void advance(long done) {}
      };

  /**
   * So much more is to be done.
   *
   * @param more in the unit of the listener, bytes or things; added to what was expected before
   */
  void expect(long more);

  /**
   * So much more is done.
   *
   * @param done negative when something has to be done again
   */
  void advance(long done);
}
