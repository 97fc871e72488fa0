import ArgumentParser
import RotationDaemon

/// What `status`, `plan` and `history` take.
struct ListingOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Argument(help: "Credentials by name; none: all.")
  var name: [String] = []

  @Flag(help: "Print one JSON document.")
  var json = false

  var listing: Listing { Listing(place: common.place, names: name, isJSON: json) }
}
