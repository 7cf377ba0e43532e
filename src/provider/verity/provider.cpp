#include "provider.hpp"

#include "sealed.hpp"

namespace touchstone {
namespace verity {
namespace {

class VerityProvider final : public Provider {
public:
    explicit VerityProvider(Certificates certificates) : certificates_(std::move(certificates)) {}
    std::string_view name() const override { return "fs-verity"; }

    // A signature says nothing of the name, mode or owner: of the content alone.
    Status ask(const Question& question, std::vector<Claim>& claims) override {
        const auto* now = question.now.attributes();
        if (now == nullptr || now->type != FileType::regular) return {};
        const auto sealed = read_sealed(question.path, *now);
        if (!sealed) return fail(sealed.error());
        if (!*sealed) return {};
        auto signer = certificates_.signer_of(**sealed);
        if (signer.empty()) return {};
        claims.push_back({Claim::Word::vouches, {"fs-verity", "signed digest", std::move(signer), "the kernel holds its content to a signed digest", false, ""}, {"content", "verity"}});
        return {};
    }

private:
    Certificates certificates_;
};

}  // namespace
}  // namespace verity

Result<std::unique_ptr<Provider>> open_verity(const std::vector<std::string>& certificates) {
    if (certificates.empty()) return std::unique_ptr<Provider>();
    auto loaded = verity::Certificates::load(certificates);
    if (!loaded) return fail(loaded.error());
    return std::make_unique<verity::VerityProvider>(std::move(*loaded));
}

}  // namespace touchstone
