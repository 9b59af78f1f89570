package dev.assay.oci;

import dev.assay.net.ByteSource;
import dev.assay.net.Progress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells how much of a source was read. When it is read again, what was told is taken back. */
final class CountedSource implements ByteSource {

  private final ByteSource source;
  private final Progress progress;
  private long told;

  CountedSource(ByteSource source, Progress progress) {
    this.source = source;
    this.progress = progress;
  }

  @Override
  public InputStream open() throws IOException {
    progress.advance(-told);
    told = 0;
    return new FilterInputStream(source.open()) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        tell(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        tell(Math.max(0, count));
        return count;
      }
    };
  }

  private void tell(int count) {
    told += count;
    progress.advance(count);
  }

  /** What was not read, because it was there already. */
  void rest(long size) {
    progress.advance(size - told);
    told = size;
  }
}
