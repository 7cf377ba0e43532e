// What is not for everybody: by name, by mode, by the directories above, by content.
#include "privacy.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::diff;
using touchstone::test::ScratchDirectory;

TEST_CASE("files with secrets are known by their names") {
    const auto path = GENERATE(as<std::string>(), "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/security/opasswd", "/etc/ssh/ssh_host_ed25519_key",
                               "/etc/ssl/private/x.pem", "/srv/tls/server.key", "/home/joe/.ssh/id_rsa", "/home/joe/.ssh/config", "/root/.netrc", "/srv/app/.env",
                               "/etc/ppp/chap-secrets", "/etc/wireguard/wg0.conf", "/etc/krb5.keytab", "/root/.aws/config", "/root/.kube/config");
    CHECK(is_private_name(path));
}

TEST_CASE("and what everybody may know is not taken for one") {
    const auto path = GENERATE(as<std::string>(), "/etc/passwd", "/etc/ssh/ssh_host_rsa_key.pub", "/etc/ssh/sshd_config", "/home/joe/.ssh/authorized_keys", "/etc/hosts",
                               "/etc/ssl/certs/x.pem", "/etc/environment", "/etc/login.defs");
    CHECK_FALSE(is_private_name(path));
}

TEST_CASE("everybody may read it, or not") {
    const ScratchDirectory directory;
    ::chmod(directory.path().c_str(), 0755);
    const auto path = directory / "file";
    Attributes file;
    file.mode = 0644;
    CHECK_FALSE(why_private(path, file, "x"));
    CHECK(why_private(path, file, "-----BEGIN PRIVATE KEY-----") == "it holds a private key");
    file.mode = 0640;
    CHECK(why_private(path, file, "x") == "not everybody may read it");
    file.mode = 0644;
    ::chmod(directory.path().c_str(), 0750);
    CHECK(why_private(path, file, "x") == "not everybody may read it, for a directory above is closed");
    CHECK(why_private(directory / "shadow", file, "x") == "its name is that of a file with secrets");
}
