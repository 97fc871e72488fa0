import Testing

@testable import SecretSources

@Suite("Mounts that may hang")
struct NetworkMountsTests {
  private let mounts = NetworkMounts(
    mountinfo: #"""
      22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
      30 22 0:26 / /mnt/nfs rw,relatime shared:2 master:3 - nfs4 server:/x rw,addr=10.0.0.1
      31 30 0:27 / /mnt/nfs/in rw - fuse.sshfs host: rw
      32 22 0:28 / /run rw - tmpfs tmpfs rw
      33 22 0:29 / /mnt/a\040b rw - cifs //server/x rw
      34 22 0:30 / /proc/fs/nfsd rw - nfsd nfsd rw
      broken line
      """#)

  @Test(
    arguments: [
      ("/mnt/nfs/token", "/mnt/nfs"), ("/mnt/nfs", "/mnt/nfs"), ("/mnt/nfs/in/x", "/mnt/nfs/in"),
      ("/mnt/nfsx/token", nil), ("/run/secrets/x", nil), ("/etc/x", nil),
      ("/mnt/a b/x", "/mnt/a b"), ("/proc/fs/nfsd/x", nil),
    ] as [(String, String?)])
  func containing(path: String, mount: String?) {
    #expect(mounts.containing(path) == mount)
  }
}
