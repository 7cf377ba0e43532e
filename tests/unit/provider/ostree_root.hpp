// A sysroot of the test's own, with real deployments of real commits, signed by GPG. Needs root, for objects are owned by root.
#pragma once

#include <string>

#include "asking.hpp"
#include "support/scratch_directory.hpp"

namespace touchstone::test {

// The key of all tests.
class ImageKey {
public:
    static const ImageKey& made() {
        static const ImageKey one;
        return one;
    }
    ~ImageKey() { static_cast<void>(!std::system(("GNUPGHOME=" + home() + " gpgconf --kill gpg-agent").c_str())); }
    ImageKey(const ImageKey&) = delete;
    ImageKey& operator=(const ImageKey&) = delete;
    std::string home() const { return directory_ / "gnupg"; }
    std::string exported() const { return directory_ / "key"; }

private:
    ImageKey() {
        shell("mkdir -m 700 " + home() + "; export GNUPGHOME=" + home() +
              "; gpg --batch --passphrase '' --quick-gen-key 'Image <image@example.org>' ed25519 sign never && gpg --batch --export >" + exported());
    }
    ScratchDirectory directory_;
};

class Sysroot {
public:
    // `with_key`: the remote's keyring has the key by which commits are signed.
    explicit Sysroot(bool with_key = true) {
        shell("mkdir -p " + path("sys") + " " + tree("/usr/bin") + " " + tree("/usr/etc") + " " + tree("/usr/lib/modules/6.1.0"));
        shell("cd " + path("tree") + "/usr && echo kernel >lib/modules/6.1.0/vmlinuz && echo ID=x >lib/os-release && ln -s tool bin/alias");
        put_content(tree("/usr/etc/demo.conf"), "setting 1\n");
        put_content(tree("/usr/bin/tool"), "tool 1\n");
        put_content(tree("/usr/bin/old"), "only in 1\n");
        shell("chmod 4755 " + tree("/usr/bin/tool") + " && setfattr -n user.note -v hello " + tree("/usr/bin/tool"));
        shell("ostree admin init-fs " + path("sys") + " && ostree admin os-init demo --sysroot=" + path("sys") + " && ostree --repo=" + path("src") + " init --mode=archive");
        shell("ostree --repo=" + repo() + " remote add " + (with_key ? "--gpg-import=" + ImageKey::made().exported() : "--no-gpg-verify") + " vendor http://example.invalid");
    }
    ~Sysroot() {
        static_cast<void>(!std::system(("chattr -i " + path("sys") + "/ostree/deploy/*/deploy/*.? 2>/dev/null").c_str()));
    }
    Sysroot(const Sysroot&) = delete;
    Sysroot& operator=(const Sysroot&) = delete;

    // Commits the tree and deploys it: its commit.
    std::string deploy(bool sign = true) const {
        shell("ostree --repo=" + path("src") + " commit -b demo --tree=dir=" + path("tree") + " --owner-uid=0 --owner-gid=0 --add-metadata-string=version=7 >" + path("commit") +
            (sign ? " --gpg-sign=image@example.org --gpg-homedir=" + ImageKey::made().home() : ""));
        shell("ostree --repo=" + repo() + " pull-local --remote=vendor " + path("src") + " demo && ostree admin deploy --sysroot=" + path("sys") + " --os=demo vendor:demo");
        auto commit = content_of(path("commit"));
        commit.resize(64);
        return commit;
    }
    std::string deployed(const std::string& commit, const std::string& below) const { return path("sys") + "/ostree/deploy/demo/deploy/" + commit + ".0" + below; }
    std::string object(const std::string& checksum, const std::string& type) const { return repo() + "/objects/" + checksum.substr(0, 2) + "/" + checksum.substr(2) + "." + type; }
    std::string tree(const std::string& below) const { return path("tree") + below; }
    std::string path() const { return path("sys"); }
    std::string repo() const { return path("sys") + "/ostree/repo"; }

private:
    std::string path(const std::string& name) const { return directory_ / name; }
    ScratchDirectory directory_;
};

}  // namespace touchstone::test
