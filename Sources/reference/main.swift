import FoundationEssentials
import ReferencePages

// Writes the pages that are made from the code: run it in the project's root, as `make reference` does.
for page in ReferencePage.all {
  try page.text.write(toFile: page.path, atomically: true, encoding: .utf8)
  print(page.path)
}
