import Testing
@testable import RotationEngine
