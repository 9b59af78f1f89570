package dev.assay.trust.hardware;

import dev.assay.bytes.Base64s;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The authorities that issue certificates to YubiKeys, for their PIV application, as they were
 * published on {@link #DATE} (see NOTICE). Facts, as {@link dev.assay.trust.PublicGood} has them.
 *
 * <p>Which root is right, the firmware says: up to 5.7.3 "Yubico PIV Root CA Serial 263751", which
 * issues the certificates of f9 itself; from 5.7.4 on "Yubico Attestation Root 1", which has
 * authorities for each application of the device, so that only those for PIV count. The root was
 * published a second time with a path length of 0, which its own certificates break; it is the same
 * key. Some devices of firmware 4 have certificates under the maker's root for U2F, whose path
 * length of 0 does not allow them: they are refused.
 */
public final class YubicoPiv {

  /** The day of publication that this was taken from. */
  public static final String DATE = "2026-08-21";

  private static final Firmware LAST_OF_PIV_ROOT = new Firmware(5, 7, 3);
  private static final Firmware FIRST_OF_ROOT_1 = new Firmware(5, 7, 4);

  // Under which devices are made that are not for sale, to be tried: the SHA-256 of their keys.
  private static final Set<String> PREVIEW =
      Set.of(
          "8a27f133adf9a0b4dba8b7616f727b72236f09a7a67496812117078eb2e80f57",
          "1c92f81fd73c7f6202de21bf93a66320a0b5947fcec38564f5b08f20d0a72849",
          "1bb00a4ab74a190e357349c137bdcb07ca1f95e04bf886785f04b44c2ae0e265",
          "01c72c3707e4eaef4e8b1831ab0910b0920c35d0219c19523d7f27b64eb424ff",
          "f7c6ab6a5f915e0588f1750f090d5c131c555ae42923668ab1e3fc924b9291a3",
          "f5b60ded51b1dedca37610a0272f6e1840928ff15dc7386fad0660bf7cbda014",
          "e6a21346b5320534ee8858699c349ccc6dadd9987b2e5fd433aaa93d1557f100",
          "221dc0648b9b5ea6d1b9d1e6ea7f46b3fa474f4050ac7c8c5b0f06d40f543445",
          "ae297c64f1bb360abdebece590ea8ce73a4d7de23032631c7349f9fb4208683a",
          "75c2afd5cd437eff9229c0c6f0fb7b4cfc3a4a304449e0873be5649d7a3e14fd");

  private static final String PIV_ROOT =
      """
      MIIDFzCCAf+gAwIBAgIDBAZHMA0GCSqGSIb3DQEBCwUAMCsxKTAnBgNVBAMMIFl1YmljbyBQSVYgUm9vdCBDQSBT\
      ZXJpYWwgMjYzNzUxMCAXDTE2MDMxNDAwMDAwMFoYDzIwNTIwNDE3MDAwMDAwWjArMSkwJwYDVQQDDCBZdWJpY28g\
      UElWIFJvb3QgQ0EgU2VyaWFsIDI2Mzc1MTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMN2cMTNR6YC\
      dcTFRxuPy31PabRn5m6pJ+nSE0HRWpoaM8fc8wHC+Tmb98jmNvhWNE2EilU85uYKfEFP9d6Q2GmytqBnxZsAa3Kq\
      ZiCCx2LwQ4iYEOb1llgotVr/whEpdVOqjoU0P5e1j1y7OfwOvky/+AXIN/9Xp0VFlYRk2tQ9GcdYKDmqU+db9iKw\
      pAzid4oHBVLIhmD3pvkWaRA2H3DA9t7H/HNq5v3OiO1jyLZeKqZoMbPObrxqDg+9fOdShzgfwCqgT3XVmTeiwvBS\
      Tctyi9mHQfYd2DwkaqxRnLbNVyK9zl+DzjSGp9IhVPiVtGetX02dxhQnGS7K6BO0Qe8CAwEAAaNCMEAwHQYDVR0O\
      BBYEFMpfyvLEojGc6SJf8ez01d8Cv4O/MA8GA1UdEwQIMAYBAf8CAQEwDgYDVR0PAQH/BAQDAgEGMA0GCSqGSIb3\
      DQEBCwUAA4IBAQBc7Ih8Bc1fkC+FyN1fhjWioBCMr3vjneh7MLbA6kSoyWF70N3sXhbXvT4eRh0hvxqvMZNjPU/V\
      lRn6gLVtoEikDLrYFXN6Hh6Wmyy1GTnspnOvMvz2lLKuym9KYdYLDgnj3BeAvzIhVzzYSeU77/Cupofj093OuAsw\
      W0jYvXsGTyix6B3dbW5yWvyS9zNXaqGaUmP3U9/b6DlHdDogMLu3VLpBB9bm5bjaKWWJYgWltCVgUbFqFqyi4+JE\
      014cSgR57Jcu3dZiehB6UtAPgad9L5cNvua/IWRmm+ANy3O2LH++Pyl8SREzU8onbBsjMg9QDiSf5oJLKvd/Ren+\
      zGY7\
      """;

  private static final String ROOT_1 =
      """
      MIIDPjCCAiagAwIBAgIUXzeiEDJEOTt14F5n0o6Zf/bBwiUwDQYJKoZIhvcNAQENBQAwJDEiMCAGA1UEAwwZWXVi\
      aWNvIEF0dGVzdGF0aW9uIFJvb3QgMTAgFw0yNDEyMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowJDEiMCAGA1UE\
      AwwZWXViaWNvIEF0dGVzdGF0aW9uIFJvb3QgMTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMZ6/TxM\
      8rIT+EaoPvG81ontMOo/2mQ2RBwJHS0QZcxVaNXvl12LUhBZ5LmiBScIZd1Rnx1od585h+/dhK7hEm7JAALkKKts\
      1fO53KGNLZujz5h3wGncr4hyKF0G74b/U3K9hE5mGND6zqYchCRAHfrYMYRDF4YL0X4D5nGdxvppAy6nkEmtWmMn\
      wO3i0TAucsrbE485HvGM4r0VpgVdJpvgQjiTJCTIq+D35hwtT8QDIv+nGvpcyi5wcIfCkzyCimJukhYy6KoqNMKQ\
      EdpNiSOvWyDMTMt1bwCvEzpw91u+msUt4rj0efnO9s0ZOwdwMRDnH4xgUl5ZLwrrPkfC1/0CAwEAAaNmMGQwHQYD\
      VR0OBBYEFNLu71oijTptXCOXPfKF1SbxJXuSMB8GA1UdIwQYMBaAFNLu71oijTptXCOXPfKF1SbxJXuSMBIGA1Ud\
      EwEB/wQIMAYBAf8CAQMwDgYDVR0PAQH/BAQDAgGGMA0GCSqGSIb3DQEBDQUAA4IBAQC3IW/sgB9pZ8apJNjxuGoX\
      +FkILks0wMNrdXL/coUvsrhzsvl6mePMrbGJByJ1XnquB5sgcRENFxdQFma3mio8Upf1owM1ZreXrJ0mADG2Bplq\
      bJnxiyYa+R11reIFTWeIhMNcZKsDZrFAyPuFjCWSQvJmNWe9mFRYFgNhXJKkXIb5H1XgEDlwiedYRM7VolBNlld6\
      pRFKlX8ust6OTMOeADl2xNF0m1LThSdeuXvDyC1g9+ILfz3S6OIYgc3iroRcFD354g7rKfu67qFAw9gC4yi0xBTP\
      rY95rh4/HqaUYCA/L8ldRk6H7Xk35D+WVpmq2Sh/xT5HiFuhf4wJb0bK\
      """;

  private static final String[] AUTHORITIES = {
    // Yubico Attestation Intermediate A 1
    """
    MIIDSDCCAjCgAwIBAgIUUcmMXzRIFOgGTK0Tb3gEuZYZkBIwDQYJKoZIhvcNAQELBQAwJDEiMCAGA1UEAwwZWXVi\
    aWNvIEF0dGVzdGF0aW9uIFJvb3QgMTAgFw0yNDEyMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowLjEsMCoGA1UE\
    AwwjWXViaWNvIEF0dGVzdGF0aW9uIEludGVybWVkaWF0ZSBBIDEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK\
    AoIBAQDm555bWY9WW+tOY0rIWHldh+aNanoCZCFh7Gk3YZrQmPUw0hkSG6qYHQtP+fZyS33VErvg+BQqnmumgNhf\
    xFrkwEZELeidBcC8C4Ag4nqqiPWpzsvI17NcxYlInLNLFcZY/+gOiN6ZOTihO5/vBZMbj9riaAcqliYmNGJPgTcM\
    GaEAyMzEMNy2nm6Ep+pjP5aF6gi21t/UQFsuJ1j2Rj/ynM/SdRt+ecal5OYotxHkFbL9vvv2A2Ov5ITZClw4bOS9\
    npypQimOZ5QAYytmYaQpWl/pMYz6zSj8RqkVDNEJGqNfTKA2ivLYwX6lSttMPapg0J84l9X0voVN/FpS4VCVAgMB\
    AAGjZjBkMB0GA1UdDgQWBBQgKFAhG6RaW+hTy52dxeT8bC96HzAfBgNVHSMEGDAWgBTS7u9aIo06bVwjlz3yhdUm\
    8SV7kjASBgNVHRMBAf8ECDAGAQH/AgECMA4GA1UdDwEB/wQEAwIBhjANBgkqhkiG9w0BAQsFAAOCAQEAYMzgLrJL\
    Ir0OovQnAZrRIGuabiHSUKSmbLRWpRkWeAtsChDEHpXcJ/bgDNKYWoHqQ8xRUjB4CyepYevc3YlrG8o7zHxpfVca\
    oL5SeuJkzHxKn4bTaSp9+Mvwamnp64kZMiNbFLknfP9kYKoRHkMWheRJ1UsP1z4ScmkCeILfsMs6vqovqjWClFsJ\
    pBcsluYHWF7bBJ1n4Rwg+ATEopY4IgGv6Zvwc+A9r+AT2hqpoSkYoAl+ANYwgslOf9sJe0V+TA9YY/UlaBmPPTd0\
    //r9wvcePWZkPjKoAC/zUNhfDbh4LV8GHs3lyX2XomL/LNc8JYzyIaDEhGQveoPhh/tr1g==\
    """,
    // Yubico Attestation Intermediate B 1
    """
    MIIDSDCCAjCgAwIBAgIUDqERw+4RnGSggxgUewJFEPDRZ3YwDQYJKoZIhvcNAQELBQAwJDEiMCAGA1UEAwwZWXVi\
    aWNvIEF0dGVzdGF0aW9uIFJvb3QgMTAgFw0yNDEyMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowLjEsMCoGA1UE\
    AwwjWXViaWNvIEF0dGVzdGF0aW9uIEludGVybWVkaWF0ZSBCIDEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK\
    AoIBAQDI7XnH+ZvDwMCQU8M8ZeV5qscublvVYaaRt3Ybaxn9godLx5swH0lXrdgjh5h7FpVgCgYYX7E4bl1vbzUL\
    emrMWT8N3WMGUe8QAJbBeioV7W/E+hTZP/0SKJVa3ewKBo6ULeMnfQZDrVORAk8wTLq2v5Llj5vMj7JtOotKa9J7\
    nHS8kLmzXXSaj0SwEPh5OAZUTNV4zs1bvoTAQQWrL4/J9QuKt6WCFE5nUNiRQcEbVF8mlqK2bx2z6okVltyDVLCx\
    YbpUTELvY1usR3DTGPUoIClOm4crpwnDRLVHvjYePGBB//pEyzxA/gcScxjwaH1ZUw9bnSbHyurKqbTa1KvjAgMB\
    AAGjZjBkMB0GA1UdDgQWBBTqt0KQngx7ZHrbVHwDunxOn9ihYTAfBgNVHSMEGDAWgBTS7u9aIo06bVwjlz3yhdUm\
    8SV7kjASBgNVHRMBAf8ECDAGAQH/AgECMA4GA1UdDwEB/wQEAwIBhjANBgkqhkiG9w0BAQsFAAOCAQEAqQaCWMxT\
    GqVVX7Sk7kkJmUueTSYKuU6+KBBSgwIRnlw9K7He1IpxZ0hdwpPNikKjmcyFgFPzhImwHJgxxuT90Pw3vYOdcJJN\
    ktDg35PXOfzSn15cFAx1RO0mPTmIb8dXiEWOpzoXvdwXDM41ZaCDYMT7w4IQtMyvE7xUBZq2bjtAnq/NDUA7be4H\
    8H3ipC+/+NKlUrcUh+j48K67WI0u1m6FeQueBA7n06j825rqDqsaLs9Tb7KAHAw8PmrWaNPG2kjKerxPEfecivlF\
    awp2RWZvxrVtn3TV2SBxyCJCkXsND05dCErVHSJIs+BdtTVNY9AwtyPmnyb0v4mSTzvWdw==\
    """,
    // Yubico PIV Attestation A 1
    """
    MIIDSTCCAjGgAwIBAgIUSiefkiKiicP9B63XwO7fKqevCkQwDQYJKoZIhvcNAQELBQAwLjEsMCoGA1UEAwwjWXVi\
    aWNvIEF0dGVzdGF0aW9uIEludGVybWVkaWF0ZSBBIDEwIBcNMjQxMjAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5NTla\
    MCUxIzAhBgNVBAMMGll1YmljbyBQSVYgQXR0ZXN0YXRpb24gQSAxMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB\
    CgKCAQEAyGCyrZjNrdPfChdDe4JWd+4TMLr8nbugcKJz12egglWi7oy5L9GT99/if9i1OrONdpEt0YrCa+qMb+dJ\
    J0WUa8M5zXYnUDpn72vhFjH+Anb9P9+v+ZrRqaj/jnR/MYP7NpVpeLHiH2dRCe/PX/NH1XE41GvdUEncDtqUUGaX\
    Uea0DfDYMcRDpPT2Qn5e8rn9FjzDA37SbOVuws5VlFTDzDdqR0FnqeWeIW0DFu17rzCqXcaBVRDnQLTc5EEPDTpi\
    RrQE/Ag+7Wg9ieLrueos75YMQ1EIkfjL49OBVogU1A7kwRGvOnG8l7sYaY8LZ2b5FROe2hKqmsIy600qjn6b/QID\
    AQABo2YwZDAdBgNVHQ4EFgQUhAuLXXtpQVBkcsbqyFlj6LVAadgwHwYDVR0jBBgwFoAUIChQIRukWlvoU8udncXk\
    /Gwveh8wEgYDVR0TAQH/BAgwBgEB/wIBATAOBgNVHQ8BAf8EBAMCAYYwDQYJKoZIhvcNAQELBQADggEBAFxL/2oF\
    jxkLh2KVnFKdhy7Nf7MmEfYXDDFSx1rFDn445jHOUP5kxQPbZc9r53jdvL5W0SQBqBjqA95PYh0r1CPMFsFJdiFX\
    li8Hf3NQ0bTkeFSNG3LsQCOKMb+o2WjYU3vHkRVjKgKGLxysxxKxGfMUcXdJ0qM6ZVeRHehC2zy7XuI6TQn7/V0Z\
    HXjk7So7dUV55xQde094/3cCTnh9Q3j2aqMjkGx6tDboCsz/+W+tne7WnMHG92ZiAAmOkP2bABjan461Qty/qBXP\
    HomkfjqNbjUTluPXiMLYKCXHIyKwdkX6cphouSMU3QOTsb35Y2PeWNk54xu+Eds/3nhRMso=\
    """,
    // Yubico PIV Attestation B 1
    """
    MIIDSTCCAjGgAwIBAgIUWVf2oJG+t1qP8t8TicWgJ2KYan4wDQYJKoZIhvcNAQELBQAwLjEsMCoGA1UEAwwjWXVi\
    aWNvIEF0dGVzdGF0aW9uIEludGVybWVkaWF0ZSBCIDEwIBcNMjQxMjAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5NTla\
    MCUxIzAhBgNVBAMMGll1YmljbyBQSVYgQXR0ZXN0YXRpb24gQiAxMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB\
    CgKCAQEAv7WBL9/5AKxSpCMoL63183WqRtFrOHY7tdyuGtoidoYWQrxVaV9S+ZwH0aynh0IzD5A/PvCtuxdtL5w2\
    cAI3tgsborOlEert4IZ904CZQfq3ooar1an/wssbtMpPOQkC3MQiqrUyHlFS2BTbuwbBXY66lSVX/tGRuUgnBdfB\
    JtcQKS6MO4bU5ndPQqhGPyzcyY1LvlfzK7KJ1r/bixCRFqjhJRnPs0Czpg6rkRrFgC6cd5bK1UgTsJy+3wrIqkv4\
    CeV3EhSVnhnQjZgIrdIcI5WZ8T1Oq3OhMlWmY0K0dy/oZdP/bpbG2qbyHLa6gprLT/qChQWLmffxn6D2DAB1zQID\
    AQABo2YwZDAdBgNVHQ4EFgQUM0Nt3QHo7eGzaKMZn2SmXT74vpcwHwYDVR0jBBgwFoAU6rdCkJ4Me2R621R8A7p8\
    Tp/YoWEwEgYDVR0TAQH/BAgwBgEB/wIBATAOBgNVHQ8BAf8EBAMCAYYwDQYJKoZIhvcNAQELBQADggEBAI0HwoS8\
    4fKMUyIof1LdUXvyeAMmEwW7+nVETvxNNlTMuwv7zPJ4XZAm9Fv95tz9CqZBj6l1PAPQn6Zht9LQA92OF7W7buuX\
    uxuusBTgLM0C1iX2CGXqY/k/uSNvi3ZYfrpd44TIrfrr8bCG9ux7B5ZCRqb8adDUm92Yz3lK1aX2M6CwjC9IZVTX\
    QWhLyP8Ys3p7rb20CO2jJzV94deJ/+AsEb+bnCQImPat1GDKwrBosar+BxtU7k6kgkxZ0G384O59GFXqnwkbw2b5\
    HhORvOsX7nhOUhePFufzi1vT1g8Tzbwr+TUfTwo2biKHHcI762KGtp8o6Bcv5y8WgExFuWY=\
    """,
    // Yubico PIV Attestation B2 1
    """
    MIIDRjCCAjCgAwIBAgIUM6Hs259YBTYRAMg98ZZlv/CDyO0wCwYJKoZIhvcNAQELMC4xLDAqBgNVBAMMI1l1Ymlj\
    byBBdHRlc3RhdGlvbiBJbnRlcm1lZGlhdGUgQiAxMCAXDTI1MDgwMTAwMDAwMFoYDzk5OTkxMjMxMjM1OTU5WjAm\
    MSQwIgYDVQQDDBtZdWJpY28gUElWIEF0dGVzdGF0aW9uIEIyIDEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK\
    AoIBAQCxqNa82XHPD/QMqYffF8K4a9aoJIV7SU9NKXu3hBh+6nF0/HPPUtSu/ChTdPoCk1Li2Sz7gkWzijJVCCSo\
    6uRgRT2sUoTb8xjKo80N5QxAC3TVNRpAlGh4Ba5KxamnXrf6s78tB73oTlTkMBUehVwvbQZGRpst00w58SxDP0nF\
    7rO6qF+h8M+kV4ycd8zUssMq6yxWhDAUZ+gT4l0SwvBEvUiJ8q7phFGJPyMjrKy1bifC50GWxdLLJq7WRswaNxOs\
    Q8hqJVRsoQ9pnZDCvo2WRkTzi3UrPPp5Soyy+aUOlNs0gwFu07H75Gnswet+wffpeDFXZM2ITH3SN0LrpairAgMB\
    AAGjZjBkMB0GA1UdDgQWBBSeIRwEGD3d5SgceJxQn/ztOZHuVjAfBgNVHSMEGDAWgBTqt0KQngx7ZHrbVHwDunxO\
    n9ihYTASBgNVHRMBAf8ECDAGAQH/AgEBMA4GA1UdDwEB/wQEAwIBhjALBgkqhkiG9w0BAQsDggEBAKK+IxeMsYsf\
    qbLZ/Ld82tHWddLLlbXBaQojmRSDNHlBGbOvuQZgrnbafjIEyb+Uv1+TdJnn5cV1P/MBSfJLBPqBuhKZ3lk4460C\
    WRmcIKsxVRe0V5+VbGCzLKpWtlrEBVkFTSbBQk4FQNVYw5pR4UzRIambsRyyGsyN0gppGyxyCqAR8/OdGI+sUWh+\
    VxFSlSpvaDT9GBGBN6eG0WMAZlEdu9k/tphesazHeK6MvXP6tBnb4DCd09DUZeon7D8m1drYyw5kOjqgm1E3HPkN\
    x4856iTdY7nAuVQ++i0hUhaJpc/5HZbwwdlqXnmZ+XRIGSDLn2KKoxSWziowEvlU+04=\
    """,
  };

  private YubicoPiv() {}

  static List<HardwareTrust.Anchor> anchors() {
    return List.of(
        new HardwareTrust.Anchor(
            certificate(PIV_ROOT),
            Optional.empty(),
            Optional.of(LAST_OF_PIV_ROOT),
            Optional.empty()),
        new HardwareTrust.Anchor(
            certificate(ROOT_1),
            Optional.of(FIRST_OF_ROOT_1),
            Optional.empty(),
            Optional.of("CN=Yubico PIV Attestation ")));
  }

  static List<Certificate> authorities() {
    List<Certificate> out = new ArrayList<>();
    for (String authority : AUTHORITIES) {
      out.add(certificate(authority));
    }
    return out;
  }

  private static Certificate certificate(String base64) {
    return Certificate.parse(Base64s.decode(base64));
  }

  /** Whether this is an authority of devices that are made to be tried and not to be trusted. */
  public static boolean isPreview(Certificate authority) {
    return PREVIEW.contains(authority.key().id().hex()) || isPreview(authority.subjectName());
  }

  /** Whether the name is that of such an authority. */
  static boolean isPreview(String name) {
    return name.contains("Yubico") && name.contains("Preview CA");
  }
}
